#include "mmap_object.h"

#include <string.h>

/* A byte's place, counted from the start; -1 and an error where there is none. */
static Py_ssize_t
place_of(MmapObject *self, Py_ssize_t index)
{
    const Py_ssize_t size = self->mapping.size;

    if (index < 0) {
        index += size;
    }
    if (index < 0 || index >= size) { /* items.get- and set-out-of-range-index-error */
        PyErr_SetString(PyExc_IndexError, "mmap index out of range");
        return -1;
    }
    return index;
}

static Py_ssize_t
length_locked(MmapObject *self)
{
    return is_open(self) ? self->mapping.size : -1;
}

Py_ssize_t
mmap_length(PyObject *op)
{
    Py_ssize_t length;
    LOCKED(op, length = length_locked((MmapObject *)op));
    return length;
}

/* Reading */

static int
byte_locked(MmapObject *self, Py_ssize_t index)
{
    if (!is_open(self)) {
        return -1;
    }
    index = place_of(self, index);
    return index < 0 ? -1 : self->mapping.data[index];
}

static PyObject *
slice_locked(MmapObject *self, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t step)
{
    if (!is_open(self)) {
        return NULL;
    }
    Py_ssize_t count = PySlice_AdjustIndices(self->mapping.size, &start, &stop, step);
    if (step == 1 || count == 0) {
        return copy_of(self, count == 0 ? 0 : start, count);
    }
    hold(self);
    PyObject *picked = PyBytes_FromStringAndSize(NULL, count);
    let_go(self);
    if (picked != NULL) {
        const unsigned char *data = self->mapping.data;
        char *bytes = PyBytes_AS_STRING(picked);
        /* Unsigned: the step past the last byte may leave the integers. */
        size_t place = (size_t)start;
        for (Py_ssize_t i = 0; i < count; i++, place += (size_t)step) {
            bytes[i] = (char)data[place];
        }
    }
    return picked;
}

PyObject *
mmap_subscript(PyObject *op, PyObject *key)
{
    MmapObject *self = (MmapObject *)op;

    if (PyIndex_Check(key)) {
        int byte;
        Py_ssize_t index = PyNumber_AsSsize_t(key, NULL);
        if (index == -1 && PyErr_Occurred()) {
            return NULL;
        }
        LOCKED(op, byte = byte_locked(self, index));
        return byte < 0 ? NULL : PyLong_FromLong(byte);
    }
    if (PySlice_Check(key)) {
        PyObject *bytes;
        Py_ssize_t start, stop, step;
        if (PySlice_Unpack(key, &start, &stop, &step) < 0) {
            return NULL;
        }
        LOCKED(op, bytes = slice_locked(self, start, stop, step));
        return bytes;
    }
    PyErr_SetString(PyExc_TypeError, "mmap indices must be integers"); /* items.index-types */
    return NULL;
}

/* Writing */

static int
set_byte_locked(MmapObject *self, Py_ssize_t index, Py_ssize_t byte)
{
    if (!is_open_and_writable(self) || (index = place_of(self, index)) < 0) {
        return -1;
    }
    if (byte < 0 || byte > 255) { /* items.set-value-range-value-error */
        PyErr_SetString(PyExc_ValueError, "mmap item value must be in range(0, 256)");
        return -1;
    }
    self->mapping.data[index] = (unsigned char)byte;
    return 0;
}

static int
set_byte(MmapObject *self, PyObject *key, PyObject *value)
{
    int result;
    Py_ssize_t index = PyNumber_AsSsize_t(key, NULL);

    if (index == -1 && PyErr_Occurred()) {
        return -1;
    }
    if (!PyIndex_Check(value)) { /* nothing to convert: the subscript is judged first */
        LOCKED(self, result = is_open_and_writable(self) && place_of(self, index) >= 0);
        if (result) { /* items.set-value-type-error */
            PyErr_SetString(PyExc_TypeError, "mmap item value must be an int");
        }
        return -1;
    }
    Py_ssize_t byte = PyNumber_AsSsize_t(value, NULL);
    if (byte == -1 && PyErr_Occurred()) {
        return -1;
    }
    LOCKED(self, result = set_byte_locked(self, index, byte));
    return result;
}

/* The source may be this map, or another one of the same file at another address. No order
   of copying byte by byte is right for both; bytes objects are their own. */
static int
set_slice_locked(MmapObject *self, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t step,
                 const Py_buffer *source)
{
    const unsigned char *bytes = source->buf;
    unsigned char *copy = NULL;

    if (!is_open_and_writable(self)) {
        return -1;
    }
    const Py_ssize_t count = PySlice_AdjustIndices(self->mapping.size, &start, &stop, step);
    if (count != source->len) { /* slices.set-wrong-length-index-error */
        PyErr_SetString(PyExc_IndexError, "mmap slice assignment is wrong size");
        return -1;
    }
    if (count == 0) {
        return 0;
    }
    if (step == 1) {
        memmove(self->mapping.data + start, bytes, (size_t)count);
        return 0;
    }
    if (!PyBytes_CheckExact(source->obj)) { /* slices.set-from-itself */
        bytes = copy = PyMem_Malloc((size_t)count);
        if (copy == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        memcpy(copy, source->buf, (size_t)count);
    }
    size_t place = (size_t)start;
    for (Py_ssize_t i = 0; i < count; i++, place += (size_t)step) {
        self->mapping.data[place] = bytes[i];
    }
    PyMem_Free(copy);
    return 0;
}

static int
set_slice(MmapObject *self, PyObject *key, PyObject *value)
{
    int result;
    Py_ssize_t start, stop, step;
    Py_buffer source;

    if (PySlice_Unpack(key, &start, &stop, &step) < 0 || /* slices.step-zero-value-error */
        PyObject_GetBuffer(value, &source, PyBUF_SIMPLE) < 0) {
        return -1;
    }
    LOCKED(self, result = set_slice_locked(self, start, stop, step, &source));
    PyBuffer_Release(&source);
    return result;
}

int
mmap_assign_subscript(PyObject *op, PyObject *key, PyObject *value)
{
    MmapObject *self = (MmapObject *)op;
    int allowed;

    /* access.refusal-before-range, whatever is wrong with the subscript */
    LOCKED(op, allowed = is_open_and_writable(self));
    if (!allowed) {
        return -1;
    }
    if (!PyIndex_Check(key) && !PySlice_Check(key)) { /* items.index-types */
        PyErr_SetString(PyExc_TypeError, "mmap indices must be integer");
        return -1;
    }
    if (value == NULL) { /* items.delete-type-error */
        PyErr_SetString(PyExc_TypeError, "mmap object doesn't support deletion");
        return -1;
    }
    return PySlice_Check(key) ? set_slice(self, key, value) : set_byte(self, key, value);
}

/* The sequence protocol: iteration, `in`, and PySequence_SetItem from C. Negative indices
   have the length added before they get here, so what is negative is out of range. */

static PyObject *
item_locked(MmapObject *self, Py_ssize_t index)
{
    if (!is_open(self) || place_of(self, index < 0 ? PY_SSIZE_T_MIN : index) < 0) {
        return NULL;
    }
    /* items.iteration-yields-bytes */
    return PyBytes_FromStringAndSize((const char *)self->mapping.data + index, 1);
}

PyObject *
mmap_item(PyObject *op, Py_ssize_t index)
{
    PyObject *item;
    LOCKED(op, item = item_locked((MmapObject *)op, index));
    return item;
}

int
mmap_assign_item(PyObject *op, Py_ssize_t index, PyObject *value)
{
    int result;

    if (value == NULL) { /* items.delete-type-error */
        PyErr_SetString(PyExc_TypeError, "mmap object doesn't support deletion");
        return -1;
    }
    if (!PyBytes_Check(value) || PyBytes_GET_SIZE(value) != 1) {
        PyErr_SetString(PyExc_IndexError, "mmap assignment must be length-1 bytes()");
        return -1;
    }
    unsigned char byte = (unsigned char)PyBytes_AS_STRING(value)[0];
    index = index < 0 ? PY_SSIZE_T_MIN : index;
    LOCKED(op, result = set_byte_locked((MmapObject *)op, index, byte));
    return result;
}

static int
contains_bytes_locked(MmapObject *self, PyObject *bytes)
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
int
mmap_contains(PyObject *op, PyObject *value)
{
    PyObject *item, *iterator;
    int found = 0;

    if (PyBytes_CheckExact(value) && Py_TYPE(op)->tp_as_sequence->sq_item == mmap_item) {
        LOCKED(op, found = contains_bytes_locked((MmapObject *)op, value));
        return found;
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
