/* Methods that read, search and change bytes, and move the position. */

#include "mmap_object.h"

#include <string.h>

#include "search.h"

/* Reading */

/* position.past-end-after-shrink: then nothing is left. */
static Py_ssize_t left(MmapObject *self)
{
    Py_ssize_t rest = self->mapping.size - self->position;
    return rest > 0 ? rest : 0;
}

static PyObject *take(MmapObject *self, Py_ssize_t count)
{
    PyObject *taken = copy_of(self, count > 0 ? self->position : 0, count);

    if (taken != NULL) {
        self->position += count;
    }
    return taken;
}

static PyObject *read_locked(MmapObject *self, Py_ssize_t count)
{
    if (!is_open(self)) {
        return NULL;
    }
    Py_ssize_t rest = left(self);
    return take(self, count < 0 || count > rest ? rest : count); /* position.read-rest */
}

PyObject *mmap_read(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    Py_ssize_t count = -1;

    if (!check_count("read", given, 0, 1) || /* position.read-argument-types */
        (given == 1 && arguments[0] != Py_None && !to_size(arguments[0], &count))) {
        return NULL;
    }
    RETURN_LOCKED(PyObject *, op, read_locked((MmapObject *)op, count));
}

static PyObject *readline_locked(MmapObject *self)
{
    if (!is_open(self)) {
        return NULL;
    }
    Py_ssize_t count = left(self);
    if (count > 0) {
        const unsigned char *start = self->mapping.data + self->position;
        const unsigned char *newline = memchr(start, '\n', (size_t)count);
        count = newline == NULL ? count : newline - start + 1;
    }
    return take(self, count);
}
METHOD_OF_SELF(readline)

static PyObject *read_byte_locked(MmapObject *self)
{
    /* position.read-byte-at-end-value-error */
    if (!is_open(self) || !require(left(self) > 0, PyExc_ValueError, "read byte out of range")) {
        return NULL;
    }
    return PyLong_FromLong(self->mapping.data[self->position++]); /* never fails: it is small */
}
METHOD_OF_SELF(read_byte)

/* Searching */

static PyObject *find_locked(MmapObject *self, const Py_buffer *needle, int has_start,
                             Py_ssize_t start, Py_ssize_t end, int back)
{
    if (!is_open(self)) {
        return NULL;
    }
    const Py_ssize_t size = self->mapping.size;
    start = has_start ? start : self->position; /* search.starts-at-position */
    const int is_past = start > size; /* not even no bytes at all are there (gh-151021) */
    PySlice_AdjustIndices(size, &start, &end, 1); /* search.bounds-as-in-slices */
    if (is_past || start > end) {
        return PyLong_FromLong(-1);
    }
    if (needle->len == 0) { /* search.empty-needle */
        return PyLong_FromSsize_t(back ? end : start);
    }
    Py_ssize_t found =
        search(self->mapping.data + start, end - start, needle->buf, needle->len, back);
    return PyLong_FromSsize_t(found < 0 ? -1 : start + found);
}

static PyObject *find(const char *name, PyObject *op, PyObject *const *arguments, Py_ssize_t given,
                      int back)
{
    const int has_start = given > 1 && arguments[1] != Py_None; /* search.none-bounds */
    const int has_end = given > 2 && arguments[2] != Py_None;
    Py_ssize_t start = 0, end = PY_SSIZE_T_MAX;
    PyObject *place = NULL;
    Py_buffer needle;

    if (!check_count(name, given, 1, 3) ||
        PyObject_GetBuffer(arguments[0], &needle, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    /* search.argument-types, search.huge-bounds-clamp */
    if ((!has_start || to_clamped_size(arguments[1], &start)) &&
        (!has_end || to_clamped_size(arguments[2], &end))) {
        LOCKED(op, place = find_locked((MmapObject *)op, &needle, has_start, start, end, back));
    }
    PyBuffer_Release(&needle);
    return place;
}

PyObject *mmap_find(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    return find("find", op, arguments, given, 0);
}

PyObject *mmap_rfind(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    return find("rfind", op, arguments, given, 1);
}

/* Writing */

static PyObject *write_locked(MmapObject *self, const Py_buffer *source)
{
    const Py_ssize_t count = source->len;

    /* access.read-refuses-write, position.write-too-long-value-error */
    if (!is_open_and_writable(self) ||
        !require(count <= self->mapping.size - self->position, PyExc_ValueError,
                 "data out of range")) {
        return NULL;
    }
    PyObject *result = PyLong_FromSsize_t(count); /* first: afterwards nothing may fail */
    if (result != NULL && count > 0) { /* the source may be the map itself: memmove */
        memmove(self->mapping.data + self->position, source->buf, (size_t)count);
        self->position += count;
    }
    return result;
}

PyObject *mmap_write(PyObject *op, PyObject *argument)
{
    Py_buffer source;
    PyObject *result;

    if (PyObject_GetBuffer(argument, &source, PyBUF_SIMPLE) < 0) {
        return NULL; /* position.write-argument-types */
    }
    LOCKED(op, result = write_locked((MmapObject *)op, &source));
    PyBuffer_Release(&source);
    return result;
}

static PyObject *write_byte_locked(MmapObject *self, unsigned char byte)
{
    /* access.read-refuses-write, position.write-byte-at-end-value-error */
    if (!is_open_and_writable(self) ||
        !require(left(self) > 0, PyExc_ValueError, "write byte out of range")) {
        return NULL;
    }
    self->mapping.data[self->position++] = byte;
    Py_RETURN_NONE;
}

PyObject *mmap_write_byte(PyObject *op, PyObject *argument)
{
    unsigned char byte;

    if (!to_byte(argument, &byte)) {
        return NULL;
    }
    RETURN_LOCKED(PyObject *, op, write_byte_locked((MmapObject *)op, byte));
}

static PyObject *move_locked(MmapObject *self, Py_ssize_t dest, Py_ssize_t src, Py_ssize_t count)
{
    const Py_ssize_t size = self->mapping.size;

    /* access.read-refuses-move, move.out-of-range-value-error */
    if (!is_open_and_writable(self) ||
        !require(dest >= 0 && src >= 0 && count >= 0 && count <= size - dest && count <= size - src,
                 PyExc_ValueError, "source, destination, or count out of range")) {
        return NULL;
    }
    memmove(self->mapping.data + dest, self->mapping.data + src, (size_t)count);
    Py_RETURN_NONE;
}

PyObject *mmap_move(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    Py_ssize_t dest, src, count;

    if (!check_count("move", given, 3, 3) || /* move.argument-types */
        !to_size(arguments[0], &dest) || !to_size(arguments[1], &src) ||
        !to_size(arguments[2], &count)) {
        return NULL;
    }
    RETURN_LOCKED(PyObject *, op, move_locked((MmapObject *)op, dest, src, count));
}

/* The position */

static PyObject *tell_locked(MmapObject *self)
{
    return is_open(self) ? PyLong_FromSsize_t(self->position) : NULL;
}
METHOD_OF_SELF(tell)

static PyObject *seek_locked(MmapObject *self, Py_ssize_t distance, int whence)
{
    const Py_ssize_t origins[] = {0, self->position, self->mapping.size};

    if (!is_open(self) || /* position.seek-unknown-whence-value-error */
        !require(whence >= 0 && whence <= 2, PyExc_ValueError, "unknown seek type")) {
        return NULL;
    }
    const Py_ssize_t origin = origins[whence];
    if (!require(distance >= -origin && distance <= self->mapping.size - origin, PyExc_ValueError,
                 "seek out of range")) { /* position.seek-out-of-range-value-error */
        return NULL;
    }
    PyObject *position = PyLong_FromSsize_t(origin + distance);
    if (position != NULL) {
        self->position = origin + distance;
    }
    return position;
}

PyObject *mmap_seek(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    Py_ssize_t distance;
    int whence = 0;

    if (!check_count("seek", given, 1, 2) || /* position.seek-argument-types */
        !to_size(arguments[0], &distance) || (given == 2 && !to_int(arguments[1], &whence))) {
        return NULL;
    }
    RETURN_LOCKED(PyObject *, op, seek_locked((MmapObject *)op, distance, whence));
}

PyObject *mmap_seekable(PyObject *Py_UNUSED(op), PyObject *Py_UNUSED(unused))
{
    Py_RETURN_TRUE;
}
