#include "mmap_object.h"

#include <string.h>

/* items.get-out-of-range-index-error, items.set-out-of-range-index-error */
static int is_inside(MmapObject *self, Py_ssize_t place)
{
    return require(place >= 0 && place < self->mapping.size, PyExc_IndexError,
                   "mmap index out of range");
}

static Py_ssize_t from_start(MmapObject *self, Py_ssize_t index)
{
    return index < 0 ? index + self->mapping.size : index;
}

static Py_ssize_t length_locked(MmapObject *self)
{
    return is_open(self) ? self->mapping.size : -1;
}

Py_ssize_t mmap_length(PyObject *op)
{
    RETURN_LOCKED(Py_ssize_t, op, length_locked((MmapObject *)op));
}

/* Reading */

static PyObject *byte_locked(MmapObject *self, Py_ssize_t index)
{
    const Py_ssize_t place = from_start(self, index);

    return is_open(self) && is_inside(self, place) ? PyLong_FromLong(self->mapping.data[place])
                                                   : NULL;
}

static PyObject *slice_locked(MmapObject *self, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t step)
{
    if (!is_open(self)) {
        return NULL;
    }
    Py_ssize_t count = PySlice_AdjustIndices(self->mapping.size, &start, &stop, step);
    if (step == 1 || count <= 1) {
        return copy_of(self, count == 0 ? 0 : start, count);
    }
    PyObject *picked = PyBytes_FromStringAndSize(NULL, count);
    if (picked != NULL) {
        const unsigned char *data = self->mapping.data;
        char *bytes = PyBytes_AS_STRING(picked);
        size_t place = (size_t)start; /* unsigned: the last step may leave the integers */
        for (Py_ssize_t i = 0; i < count; i++, place += (size_t)step) {
            bytes[i] = (char)data[place];
        }
    }
    return picked;
}

PyObject *mmap_subscript(PyObject *op, PyObject *key)
{
    Py_ssize_t index, start, stop, step;

    if (PyIndex_Check(key)) {
        if (!to_clamped_size(key, &index)) {
            return NULL;
        }
        RETURN_LOCKED(PyObject *, op, byte_locked((MmapObject *)op, index));
    }
    if (!require(PySlice_Check(key), PyExc_TypeError, "mmap indices must be integers") ||
        PySlice_Unpack(key, &start, &stop, &step) < 0) { /* items.index-types */
        return NULL;
    }
    RETURN_LOCKED(PyObject *, op, slice_locked((MmapObject *)op, start, stop, step));
}

/* Writing */

static int set_byte_locked(MmapObject *self, Py_ssize_t index, Py_ssize_t byte, int is_int)
{
    const Py_ssize_t place = from_start(self, index);

    /* access.read-refuses-assignment, items.set-value-type-error,
       items.set-value-range-value-error */
    if (!is_open_and_writable(self) || !is_inside(self, place) ||
        !require(is_int, PyExc_TypeError, "mmap item value must be an int") ||
        !require(byte >= 0 && byte <= 255, PyExc_ValueError,
                 "mmap item value must be in range(0, 256)")) {
        return -1;
    }
    self->mapping.data[place] = (unsigned char)byte;
    return 0;
}

static int set_byte(MmapObject *self, PyObject *key, PyObject *value)
{
    Py_ssize_t index, byte = 0;
    const int is_int = PyIndex_Check(value); /* if not, the subscript is judged first */

    if (!to_clamped_size(key, &index) || (is_int && !to_clamped_size(value, &byte))) {
        return -1;
    }
    RETURN_LOCKED(int, self, set_byte_locked(self, index, byte, is_int));
}

/* The source may be this map, or another one of the same file at another address. No order
   of copying byte by byte is right for both; bytes objects are their own. */
static int set_slice_locked(MmapObject *self, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t step,
                            const Py_buffer *source)
{
    if (!is_open_and_writable(self)) { /* once more: reentrancy.closed-by-argument */
        return -1;
    }
    const Py_ssize_t count = PySlice_AdjustIndices(self->mapping.size, &start, &stop, step);
    if (!require(count == source->len, PyExc_IndexError, "mmap slice assignment is wrong size")) {
        return -1; /* slices.set-wrong-length-index-error */
    }
    if (count == 0) {
        return 0;
    }
    if (step == 1) {
        memmove(self->mapping.data + start, source->buf, (size_t)count);
        return 0;
    }
    unsigned char *data = self->mapping.data, *bytes = source->buf, *copy = NULL;
    if (!PyBytes_CheckExact(source->obj)) { /* slices.set-from-itself */
        bytes = copy = PyMem_Malloc((size_t)count);
        if (copy == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        memcpy(copy, source->buf, (size_t)count);
    }
    size_t place = (size_t)start; /* unsigned: the last step may leave the integers */
    for (Py_ssize_t i = 0; i < count; i++, place += (size_t)step) {
        data[place] = bytes[i];
    }
    if (copy != NULL) {
        PyMem_Free(copy);
    }
    return 0;
}

static int set_slice(MmapObject *self, PyObject *key, PyObject *value)
{
    int result;
    Py_ssize_t start, stop, step;
    Py_buffer source;

    /* slices.bound-types, slices.step-zero-value-error, slices.set-value-type-error */
    if (PySlice_Unpack(key, &start, &stop, &step) < 0 ||
        PyObject_GetBuffer(value, &source, PyBUF_SIMPLE) < 0) {
        return -1;
    }
    LOCKED(self, result = set_slice_locked(self, start, stop, step, &source));
    PyBuffer_Release(&source);
    return result;
}

/* items.delete-type-error */
static int is_no_deletion(PyObject *value)
{
    return require(value != NULL, PyExc_TypeError, "mmap object doesn't support deletion");
}

int mmap_assign_subscript(PyObject *op, PyObject *key, PyObject *value)
{
    MmapObject *self = (MmapObject *)op;
    int allowed;

    /* access.refusal-before-range, whatever is wrong with the subscript */
    LOCKED(op, allowed = is_open_and_writable(self));
    if (!allowed || /* items.index-types */
        !require(PyIndex_Check(key) || PySlice_Check(key), PyExc_TypeError,
                 "mmap indices must be integer") ||
        !is_no_deletion(value)) {
        return -1;
    }
    return PySlice_Check(key) ? set_slice(self, key, value) : set_byte(self, key, value);
}

/* The sequence protocol: iteration, `in`, and PySequence_SetItem from C. Negative indices
   have the length added before they get here, so what is negative is out of range. */

static PyObject *item_locked(MmapObject *self, Py_ssize_t index)
{
    /* items.iteration-yields-bytes */
    return is_open(self) && is_inside(self, index) ? copy_of(self, index, 1) : NULL;
}

PyObject *mmap_item(PyObject *op, Py_ssize_t index)
{
    RETURN_LOCKED(PyObject *, op, item_locked((MmapObject *)op, index));
}

int mmap_assign_item(PyObject *op, Py_ssize_t index, PyObject *value)
{
    if (!is_no_deletion(value) ||
        !require(PyBytes_Check(value) && PyBytes_GET_SIZE(value) == 1, PyExc_IndexError,
                 "mmap assignment must be length-1 bytes()")) {
        return -1;
    }
    unsigned char byte = (unsigned char)PyBytes_AS_STRING(value)[0];
    index = index < 0 ? PY_SSIZE_T_MIN : index;
    RETURN_LOCKED(int, op, set_byte_locked((MmapObject *)op, index, byte, 1));
}

static int contains_locked(MmapObject *self, PyObject *bytes)
{
    if (!is_open(self)) {
        return -1;
    }
    return PyBytes_GET_SIZE(bytes) == 1 &&
           memchr(self->mapping.data, (unsigned char)PyBytes_AS_STRING(bytes)[0],
                  (size_t)self->mapping.size) != NULL;
}

/* items.contains-byte: equal to an item of the iteration. Only what bytes are equal to is
   known beforehand, and in a subclass not even what the items are. */
int mmap_contains(PyObject *op, PyObject *value)
{
    PyObject *item, *iterator;
    int found = 0;

    if (PyBytes_CheckExact(value) && Py_TYPE(op)->tp_as_sequence->sq_item == mmap_item) {
        RETURN_LOCKED(int, op, contains_locked((MmapObject *)op, value));
    }
    if ((iterator = PyObject_GetIter(op)) == NULL) {
        return -1;
    }
    while (found == 0 && (item = PyIter_Next(iterator)) != NULL) {
        found = PyObject_RichCompareBool(item, value, Py_EQ);
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    return found == 0 && PyErr_Occurred() ? -1 : found;
}
