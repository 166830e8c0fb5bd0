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
    if (index < 0 || index >= size) {
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
    PyErr_SetString(PyExc_TypeError, "mmap indices must be integers");
    return NULL;
}

/* Writing */

static int
set_byte_locked(MmapObject *self, Py_ssize_t index, Py_ssize_t byte)
{
    if (!is_open_and_writable(self) || (index = place_of(self, index)) < 0) {
        return -1;
    }
    if (byte < 0 || byte > 255) {
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
        if (result) {
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

/* Raises and returns -1 where the slice cannot take that many bytes. */
static int
has_length(MmapObject *self, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t step,
           Py_ssize_t length)
{
    if (!is_open_and_writable(self)) {
        return -1;
    }
    if (PySlice_AdjustIndices(self->mapping.size, &start, &stop, step) != length) {
        PyErr_SetString(PyExc_IndexError, "mmap slice assignment is wrong size");
        return -1;
    }
    return 0;
}

static int
set_slice_locked(MmapObject *self, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t step,
                 const unsigned char *bytes, Py_ssize_t length)
{
    if (has_length(self, start, stop, step, length) < 0) {
        return -1;
    }
    Py_ssize_t count = PySlice_AdjustIndices(self->mapping.size, &start, &stop, step);
    unsigned char *data = self->mapping.data;
    if (step == 1) {
        if (count > 0) {
            memmove(data + start, bytes, (size_t)count);
        }
        return 0;
    }
    size_t place = (size_t)start;
    for (Py_ssize_t i = 0; i < count; i++, place += (size_t)step) {
        data[place] = bytes[i];
    }
    return 0;
}

static int
set_slice(MmapObject *self, PyObject *key, PyObject *value)
{
    int result;
    Py_ssize_t start, stop, step;
    Py_buffer source;
    unsigned char *copy = NULL;

    if (PySlice_Unpack(key, &start, &stop, &step) < 0 ||
        PyObject_GetBuffer(value, &source, PyBUF_SIMPLE) < 0) {
        return -1;
    }
    const unsigned char *bytes = source.buf;
    LOCKED(self, result = has_length(self, start, stop, step, source.len));
    if (result < 0) {
        PyBuffer_Release(&source);
        return -1;
    }
    /* The source may be this map, or another one of the same file at another address. No
       order of copying byte by byte is right for both; bytes objects are their own. */
    if (step != 1 && !PyBytes_CheckExact(value)) {
        bytes = copy = PyMem_Malloc((size_t)source.len);
        if (copy == NULL) {
            PyBuffer_Release(&source);
            PyErr_NoMemory();
            return -1;
        }
        if (source.len > 0) {
            memcpy(copy, source.buf, (size_t)source.len);
        }
    }
    LOCKED(self, result = set_slice_locked(self, start, stop, step, bytes, source.len));
    PyMem_Free(copy);
    PyBuffer_Release(&source);
    return result;
}

int
mmap_assign_subscript(PyObject *op, PyObject *key, PyObject *value)
{
    MmapObject *self = (MmapObject *)op;
    int allowed;

    /* A read-only map says so before it says anything of the subscript. */
    LOCKED(op, allowed = is_open_and_writable(self));
    if (!allowed) {
        return -1;
    }
    if (PyIndex_Check(key)) {
        if (value == NULL) {
            PyErr_SetString(PyExc_TypeError, "mmap doesn't support item deletion");
            return -1;
        }
        return set_byte(self, key, value);
    }
    if (PySlice_Check(key)) {
        if (value == NULL) {
            PyErr_SetString(PyExc_TypeError, "mmap object doesn't support slice deletion");
            return -1;
        }
        return set_slice(self, key, value);
    }
    PyErr_SetString(PyExc_TypeError, "mmap indices must be integer");
    return -1;
}

/* The sequence protocol: iteration, `in`, and PySequence_SetItem from C. Negative indices
   have the length added before they get here, so what is negative is out of range. */

static PyObject *
item_locked(MmapObject *self, Py_ssize_t index)
{
    if (!is_open(self) || place_of(self, index < 0 ? PY_SSIZE_T_MIN : index) < 0) {
        return NULL;
    }
    const char byte = (char)self->mapping.data[index];
    return PyBytes_FromStringAndSize(&byte, 1);
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

    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "mmap object doesn't support item deletion");
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
