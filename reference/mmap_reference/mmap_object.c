#include "mmap_object.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <structmember.h>

static const char *const access_names[] = {
    "ACCESS_DEFAULT", "ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY"};

int is_done(int status)
{
    /* constructor.empty-file-raises, offset.past-end-value-error,
       constructor.length-beyond-file-raises */
    static const char *const problems[] = {
        [-MAPPING_EMPTY_FILE] = "cannot mmap an empty file",
        [-MAPPING_OFFSET_PAST_END] = "mmap offset is greater than file size",
        [-MAPPING_LENGTH_PAST_END] = "mmap length is greater than file size",
        [-MAPPING_TOO_LARGE] = "mmap length is too large",
    };

    if (status == MAPPING_BAD_DESCRIPTOR) {
        errno = EBADF;
        PyErr_SetFromErrno(PyExc_OSError);
    } else if (status < 0) {
        PyErr_SetString(PyExc_ValueError, problems[-status]);
    } else if (status > 0) {
#ifdef _WIN32
        PyErr_SetFromWindowsErr(status);
#else
        errno = status;
        PyErr_SetFromErrno(PyExc_OSError);
#endif
    }
    return status == MAPPING_DONE;
}

/* The end */

static int mmap_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    return 0;
}

static void mmap_dealloc(PyObject *op)
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

static int get_buffer_locked(MmapObject *self, Py_buffer *view, int flags)
{
    if (!is_open(self) ||
        PyBuffer_FillInfo(view, (PyObject *)self, self->mapping.data, self->mapping.size,
                          self->access == ACCESS_READ, flags) < 0) {
        return -1;
    }
    hold(self);
    return 0;
}

static int mmap_get_buffer(PyObject *op, Py_buffer *view, int flags)
{
    if (view != NULL) {
        view->obj = NULL; /* what the protocol asks for where it fails */
    }
    RETURN_LOCKED(int, op, get_buffer_locked((MmapObject *)op, view, flags));
}

static void mmap_release_buffer(PyObject *op, Py_buffer *Py_UNUSED(view))
{
    LOCKED(op, let_go((MmapObject *)op));
}

/* What it shows of itself */

static PyObject *repr_locked(MmapObject *self)
{
    const char *name = Py_TYPE(self)->tp_name;
    const struct mapping *mapping = &self->mapping;

    if (strcmp(name, self->edition->type_name) == 0) {
        name = "mmap.mmap"; /* what it stands in for; subclasses go by their own name */
    }
    if (mapping->data == NULL) {
        return PyUnicode_FromFormat("<%s closed=True>", name);
    }
    return PyUnicode_FromFormat("<%s closed=False, access=%s, length=%zd, pos=%zd, offset=%lld>",
                                name, access_names[self->access], mapping->size, self->position,
                                mapping->offset);
}

static PyObject *mmap_repr(PyObject *op)
{
    RETURN_LOCKED(PyObject *, op, repr_locked((MmapObject *)op));
}

static PyObject *mmap_get_closed(PyObject *op, void *Py_UNUSED(closure))
{
    RETURN_LOCKED(PyObject *, op, PyBool_FromLong(((MmapObject *)op)->mapping.data == NULL));
}

static PyGetSetDef mmap_attributes[] = {
    {"closed", mmap_get_closed, NULL, PyDoc_STR("Whether the map is closed."), NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMemberDef mmap_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(MmapObject, weak_references), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

PyObject *mmap_make_type(PyObject *module, const struct edition *edition)
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
