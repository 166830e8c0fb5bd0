#include "mmap_object.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <structmember.h>

static const char *const access_names[] = {
    "ACCESS_DEFAULT", "ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY"};

/* The constructor */

int
is_done(int status)
{
    switch (status) {
    case MAPPING_DONE:
        return 1;
    case MAPPING_EMPTY_FILE:
        PyErr_SetString(PyExc_ValueError, "cannot mmap an empty file");
        break;
    case MAPPING_OFFSET_PAST_END:
        PyErr_SetString(PyExc_ValueError, "mmap offset is greater than file size");
        break;
    case MAPPING_LENGTH_PAST_END:
        PyErr_SetString(PyExc_ValueError, "mmap length is greater than file size");
        break;
    case MAPPING_TOO_LARGE:
        PyErr_SetString(PyExc_ValueError, "mmap length is too large");
        break;
    case MAPPING_BAD_DESCRIPTOR:
        errno = EBADF;
        PyErr_SetFromErrno(PyExc_OSError);
        break;
    default:
#ifdef _WIN32
        PyErr_SetFromWindowsErr(status);
#else
        errno = status;
        PyErr_SetFromErrno(PyExc_OSError);
#endif
    }
    return 0;
}

int
has_length_and_offset(const struct mapping_request *request)
{
    if (request->length < 0) {
        PyErr_SetString(PyExc_OverflowError, "memory mapped length must be positive");
        return 0;
    }
    if (request->offset < 0) {
        PyErr_SetString(PyExc_OverflowError, "memory mapped offset must be positive");
        return 0;
    }
    return 1;
}

PyObject *
make_mmap(PyTypeObject *type, const struct mapping_request *request, enum access access,
          const struct edition *edition)
{
    int status;
    MmapObject *self = (MmapObject *)type->tp_alloc(type, 0);

    if (self == NULL) {
        return NULL;
    }
    self->edition = edition;
    self->access = access;
    self->keeps_fd = request->keeps_fd;
    /* Into a local: without the GIL, others may already reach self through the gc module. */
    struct mapping mapping;
    Py_BEGIN_ALLOW_THREADS
    status = mapping_create(&mapping, request);
    Py_END_ALLOW_THREADS
    if (!is_done(status)) {
        Py_DECREF(self);
        return NULL;
    }
    LOCKED(self, self->mapping = mapping);
    return (PyObject *)self;
}

/* The end */

static int
mmap_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    return 0;
}

static void
mmap_dealloc(PyObject *op)
{
    MmapObject *self = (MmapObject *)op;
    PyTypeObject *type = Py_TYPE(op);

    PyObject_GC_UnTrack(op);
    if (self->weak_references != NULL) {
        PyObject_ClearWeakRefs(op);
    }
    mapping_destroy(&self->mapping);
    type->tp_free(op);
    Py_DECREF(type);
}

/* Buffers */

static int
get_buffer_locked(MmapObject *self, Py_buffer *view, int flags)
{
    if (!is_open(self) ||
        PyBuffer_FillInfo(view, (PyObject *)self, self->mapping.data, self->mapping.size,
                          self->access == ACCESS_READ, flags) < 0) {
        return -1;
    }
    hold(self);
    return 0;
}

static int
mmap_get_buffer(PyObject *op, Py_buffer *view, int flags)
{
    int result;

    if (view != NULL) {
        view->obj = NULL; /* what the protocol asks for where it fails */
    }
    LOCKED(op, result = get_buffer_locked((MmapObject *)op, view, flags));
    return result;
}

static void
mmap_release_buffer(PyObject *op, Py_buffer *Py_UNUSED(view))
{
    LOCKED(op, let_go((MmapObject *)op));
}

/* What it shows of itself */

static PyObject *
repr_locked(MmapObject *self)
{
    const char *name = Py_TYPE(self)->tp_name;
    const struct mapping *mapping = &self->mapping;

    if (strcmp(name, self->edition->type_name) == 0) {
        name = "mmap.mmap"; /* what it stands in for; subclasses go by their own name */
    }
    if (mapping->data == NULL) {
        return PyUnicode_FromFormat("<%s closed=True>", name);
    }
    return PyUnicode_FromFormat(
        "<%s closed=False, access=%s, length=%zd, pos=%zd, offset=%lld>", name,
        access_names[self->access], mapping->size, self->position,
        (long long)mapping->offset);
}

static PyObject *
mmap_repr(PyObject *op)
{
    PyObject *text;
    LOCKED(op, text = repr_locked((MmapObject *)op));
    return text;
}

static PyObject *
mmap_get_closed(PyObject *op, void *Py_UNUSED(closure))
{
    int closed;
    LOCKED(op, closed = ((MmapObject *)op)->mapping.data == NULL);
    return PyBool_FromLong(closed);
}

static PyGetSetDef mmap_attributes[] = {
    {"closed", mmap_get_closed, NULL, PyDoc_STR("Whether the map is closed."), NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMemberDef mmap_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(MmapObject, weak_references), READONLY,
     NULL},
    {NULL, 0, 0, 0, NULL},
};

PyObject *
mmap_make_type(PyObject *module, const struct edition *edition)
{
    PyType_Slot slots[] = {
        {Py_tp_doc, (void *)mmap_doc},
        {Py_tp_new, edition->construct},
        {Py_tp_traverse, mmap_traverse},
        {Py_tp_dealloc, mmap_dealloc},
        {Py_tp_repr, mmap_repr},
        {Py_tp_methods, mmap_methods},
        {Py_tp_getset, mmap_attributes},
        {Py_tp_members, mmap_members},
        {Py_bf_getbuffer, mmap_get_buffer},
        {Py_bf_releasebuffer, mmap_release_buffer},
        {Py_mp_length, mmap_length},
        {Py_mp_subscript, mmap_subscript},
        {Py_mp_ass_subscript, mmap_assign_subscript},
        {Py_sq_length, mmap_length},
        {Py_sq_item, mmap_item},
        {Py_sq_ass_item, mmap_assign_item},
        {Py_sq_contains, mmap_contains},
        {0, NULL},
    };
    PyType_Spec spec = {
        .name = edition->type_name,
        .basicsize = sizeof(MmapObject),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC |
                 Py_TPFLAGS_IMMUTABLETYPE,
        .slots = slots,
    };
    return PyType_FromModuleAndSpec(module, &spec, NULL);
}
