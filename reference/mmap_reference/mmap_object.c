#include "mmap_object.h"

#include <stddef.h>
#include <structmember.h>
#include <sys/mman.h>

static const char *const access_names[] = {
    "ACCESS_DEFAULT", "ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY"};

/* The constructor */

/* access, flags and prot say the same thing in two ways: whichever is given decides, and
   both at once is an error, even where they agree. */
static int
settle_access(int access, struct mapping_request *request, enum access *settled)
{
    const int both = PROT_READ | PROT_WRITE;

    if (access != ACCESS_DEFAULT && (request->flags != MAP_SHARED || request->prot != both)) {
        PyErr_SetString(PyExc_ValueError,
                        "mmap can't specify both access and flags, prot.");
        return 0;
    }
    switch (access) {
    case ACCESS_READ:
        request->prot = PROT_READ;
        break;
    case ACCESS_WRITE:
        break;
    case ACCESS_COPY:
        request->flags = MAP_PRIVATE;
        break;
    case ACCESS_DEFAULT:
        if ((request->prot & PROT_WRITE) == 0) {
            access = ACCESS_READ;
        }
        else if ((request->prot & PROT_READ) == 0) {
            access = ACCESS_WRITE;
        }
        break;
    default:
        PyErr_SetString(PyExc_ValueError, "mmap invalid access parameter.");
        return 0;
    }
    *settled = (enum access)access;
    return 1;
}

static void
raise_status(enum mapping_status status)
{
    switch (status) {
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
    default:
        PyErr_SetFromErrno(PyExc_OSError);
    }
}

static PyObject *
mmap_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    static char *names[] = {"fileno", "length", "flags",   "prot",
                            "access", "offset", "trackfd", NULL};
    struct mapping_request request = {
        .keeps_fd = 1, .prot = PROT_READ | PROT_WRITE, .flags = MAP_SHARED};
    int access = ACCESS_DEFAULT;
    long long offset = 0;
    enum access settled;
    enum mapping_status status;

    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "in|iiiL$p:mmap", names,
                                     &request.fd, &request.length, &request.flags,
                                     &request.prot, &access, &offset, &request.keeps_fd)) {
        return NULL;
    }
    if (request.length < 0) {
        PyErr_SetString(PyExc_OverflowError, "memory mapped length must be positive");
        return NULL;
    }
    if (offset < 0) {
        PyErr_SetString(PyExc_OverflowError, "memory mapped offset must be positive");
        return NULL;
    }
    request.offset = offset;
    if (!settle_access(access, &request, &settled) ||
        PySys_Audit("mmap.__new__", "iniL", request.fd, request.length, (int)settled,
                    offset) < 0) {
        return NULL;
    }
    MmapObject *self = (MmapObject *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->access = settled;
    self->keeps_fd = request.keeps_fd;
    self->mapping.fd = -1;
    /* Into a local: without the GIL, others may already reach self through the gc module. */
    struct mapping mapping;
    Py_BEGIN_ALLOW_THREADS
    status = mapping_create(&mapping, &request);
    Py_END_ALLOW_THREADS
    if (status != MAPPING_DONE) {
        raise_status(status);
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

PyDoc_STRVAR(mmap_doc,
"mmap(fileno, length, flags=MAP_SHARED, prot=PROT_READ|PROT_WRITE,\n"
"     access=ACCESS_DEFAULT, offset=0, *, trackfd=True)\n"
"--\n\n"
"A file, or memory of no file where fileno is -1, mapped into memory.");

static PyType_Slot mmap_slots[] = {
    {Py_tp_doc, (void *)mmap_doc},
    {Py_tp_new, mmap_new},
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

PyType_Spec mmap_spec = {
    .name = "mmap_reference.mmap",
    .basicsize = sizeof(MmapObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC |
             Py_TPFLAGS_IMMUTABLETYPE,
    .slots = mmap_slots,
};
