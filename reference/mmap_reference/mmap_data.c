/* Methods that read, search and change bytes, and move the position. */

#include "mmap_methods.h"

#include <string.h>

#include "arguments.h"
#include "search.h"

/* Reading */

/* position.past-end-after-shrink: then nothing is left. */
static Py_ssize_t
left(MmapObject *self)
{
    Py_ssize_t rest = self->mapping.size - self->position;
    return rest > 0 ? rest : 0;
}

static PyObject *
take(MmapObject *self, Py_ssize_t count)
{
    Py_ssize_t start = count > 0 ? self->position : 0;
    PyObject *taken = copy_of(self, start, count);

    if (taken != NULL) {
        self->position += count;
    }
    return taken;
}

static PyObject *
read_locked(MmapObject *self, Py_ssize_t count)
{
    if (!is_open(self)) {
        return NULL;
    }
    Py_ssize_t rest = left(self);
    return take(self, count < 0 || count > rest ? rest : count); /* position.read-rest */
}

PyObject *
mmap_read(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    Py_ssize_t count = -1;
    PyObject *bytes;

    if (!check_count("read", given, 0, 1) || /* position.read-argument-types */
        (given == 1 && arguments[0] != Py_None && !to_size(arguments[0], &count))) {
        return NULL;
    }
    LOCKED(op, bytes = read_locked((MmapObject *)op, count));
    return bytes;
}

static PyObject *
readline_locked(MmapObject *self)
{
    if (!is_open(self)) {
        return NULL;
    }
    Py_ssize_t count = left(self);
    if (count > 0) {
        const unsigned char *start = self->mapping.data + self->position;
        const unsigned char *newline = memchr(start, '\n', (size_t)count);
        if (newline != NULL) {
            count = newline - start + 1;
        }
    }
    return take(self, count);
}

PyObject *
mmap_readline(PyObject *op, PyObject *Py_UNUSED(unused))
{
    PyObject *line;
    LOCKED(op, line = readline_locked((MmapObject *)op));
    return line;
}

static PyObject *
read_byte_locked(MmapObject *self)
{
    if (!is_open(self)) {
        return NULL;
    }
    if (left(self) == 0) { /* position.read-byte-at-end-value-error */
        PyErr_SetString(PyExc_ValueError, "read byte out of range");
        return NULL;
    }
    return PyLong_FromLong(self->mapping.data[self->position++]); /* never fails: it is small */
}

PyObject *
mmap_read_byte(PyObject *op, PyObject *Py_UNUSED(unused))
{
    PyObject *byte;
    LOCKED(op, byte = read_byte_locked((MmapObject *)op));
    return byte;
}

/* Searching */

typedef ptrdiff_t (*Search)(const unsigned char *, ptrdiff_t, const unsigned char *, ptrdiff_t);

struct range {
    int has_start; /* or else search.starts-at-position */
    Py_ssize_t start;
    Py_ssize_t end;
};

/* -1 for absent, -2 for an error */
static Py_ssize_t
search_locked(MmapObject *self, const Py_buffer *needle, const struct range *range,
              Search search)
{
    if (!is_open(self)) {
        return -2;
    }
    const Py_ssize_t size = self->mapping.size;
    Py_ssize_t start = range->has_start ? range->start : self->position, end = range->end;
    const int is_past = start > size; /* not even no bytes at all are there (gh-151021) */
    PySlice_AdjustIndices(size, &start, &end, 1); /* search.bounds-as-in-slices */
    if (is_past || start > end) {
        return -1;
    }
    if (needle->len == 0) { /* search.empty-needle */
        return search == search_first ? start : end;
    }
    Py_ssize_t found =
        search(self->mapping.data + start, end - start, needle->buf, needle->len);
    return found < 0 ? -1 : start + found;
}

static PyObject *
find_with(PyObject *op, PyObject *const *arguments, Py_ssize_t given, const char *name,
          Search search)
{
    struct range range = {
        .has_start = given > 1 && arguments[1] != Py_None, /* search.none-bounds */
        .end = PY_SSIZE_T_MAX,
    };
    Py_ssize_t place = -2;
    Py_buffer needle;

    if (!check_count(name, given, 1, 3) ||
        PyObject_GetBuffer(arguments[0], &needle, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    /* search.argument-types, search.huge-bounds-clamp */
    if ((!range.has_start || to_clamped_size(arguments[1], &range.start)) &&
        (given < 3 || arguments[2] == Py_None || to_clamped_size(arguments[2], &range.end))) {
        LOCKED(op, place = search_locked((MmapObject *)op, &needle, &range, search));
    }
    PyBuffer_Release(&needle);
    return place == -2 ? NULL : PyLong_FromSsize_t(place);
}

PyObject *
mmap_find(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    return find_with(op, arguments, given, "find", search_first);
}

PyObject *
mmap_rfind(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    return find_with(op, arguments, given, "rfind", search_last);
}

/* Writing */

static int
write_locked(MmapObject *self, const Py_buffer *source)
{
    if (!is_open_and_writable(self)) { /* access.read-refuses-write */
        return 0;
    }
    if (source->len > self->mapping.size - self->position) {
        /* position.write-too-long-value-error */
        PyErr_SetString(PyExc_ValueError, "data out of range");
        return 0;
    }
    if (source->len > 0) { /* the source may be the map itself: memmove */
        memmove(self->mapping.data + self->position, source->buf, (size_t)source->len);
        self->position += source->len;
    }
    return 1;
}

PyObject *
mmap_write(PyObject *op, PyObject *argument)
{
    Py_buffer source;
    int written;

    if (PyObject_GetBuffer(argument, &source, PyBUF_SIMPLE) < 0) {
        return NULL; /* position.write-argument-types */
    }
    const Py_ssize_t count = source.len;
    PyObject *result = PyLong_FromSsize_t(count); /* first: afterwards nothing may fail */
    if (result != NULL) {
        LOCKED(op, written = write_locked((MmapObject *)op, &source));
        if (!written) {
            Py_CLEAR(result);
        }
    }
    PyBuffer_Release(&source);
    return result;
}

static int
write_byte_locked(MmapObject *self, unsigned char byte)
{
    if (!is_open_and_writable(self)) { /* access.read-refuses-write */
        return 0;
    }
    if (left(self) == 0) { /* position.write-byte-at-end-value-error */
        PyErr_SetString(PyExc_ValueError, "write byte out of range");
        return 0;
    }
    self->mapping.data[self->position++] = byte;
    return 1;
}

PyObject *
mmap_write_byte(PyObject *op, PyObject *argument)
{
    unsigned char byte;
    int written;

    if (!to_byte(argument, &byte)) {
        return NULL;
    }
    LOCKED(op, written = write_byte_locked((MmapObject *)op, byte));
    return written ? Py_NewRef(Py_None) : NULL;
}

static int
move_locked(MmapObject *self, Py_ssize_t dest, Py_ssize_t src, Py_ssize_t count)
{
    if (!is_open_and_writable(self)) { /* access.read-refuses-move */
        return 0;
    }
    const Py_ssize_t size = self->mapping.size;
    if (dest < 0 || src < 0 || count < 0 || size - dest < count || size - src < count) {
        /* move.out-of-range-value-error */
        PyErr_SetString(PyExc_ValueError, "source, destination, or count out of range");
        return 0;
    }
    memmove(self->mapping.data + dest, self->mapping.data + src, (size_t)count);
    return 1;
}

PyObject *
mmap_move(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    Py_ssize_t dest, src, count;
    int moved;

    if (!check_count("move", given, 3, 3) || /* move.argument-types */
        !to_size(arguments[0], &dest) || !to_size(arguments[1], &src) ||
        !to_size(arguments[2], &count)) {
        return NULL;
    }
    LOCKED(op, moved = move_locked((MmapObject *)op, dest, src, count));
    return moved ? Py_NewRef(Py_None) : NULL;
}

/* The position */

static PyObject *
tell_locked(MmapObject *self)
{
    return is_open(self) ? PyLong_FromSsize_t(self->position) : NULL;
}

PyObject *
mmap_tell(PyObject *op, PyObject *Py_UNUSED(unused))
{
    PyObject *position;
    LOCKED(op, position = tell_locked((MmapObject *)op));
    return position;
}

static PyObject *
seek_locked(MmapObject *self, Py_ssize_t distance, int whence)
{
    if (!is_open(self)) {
        return NULL;
    }
    const Py_ssize_t origins[] = {0, self->position, self->mapping.size};
    if (whence < 0 || whence > 2) { /* position.seek-unknown-whence-value-error */
        PyErr_SetString(PyExc_ValueError, "unknown seek type");
        return NULL;
    }
    const Py_ssize_t origin = origins[whence];
    if (distance < -origin || distance > self->mapping.size - origin) {
        /* position.seek-out-of-range-value-error */
        PyErr_SetString(PyExc_ValueError, "seek out of range");
        return NULL;
    }
    PyObject *position = PyLong_FromSsize_t(origin + distance);
    if (position != NULL) {
        self->position = origin + distance;
    }
    return position;
}

PyObject *
mmap_seek(PyObject *op, PyObject *const *arguments, Py_ssize_t given)
{
    PyObject *position;
    Py_ssize_t distance;
    int whence = 0;

    if (!check_count("seek", given, 1, 2) || /* position.seek-argument-types */
        !to_size(arguments[0], &distance) || (given == 2 && !to_int(arguments[1], &whence))) {
        return NULL;
    }
    LOCKED(op, position = seek_locked((MmapObject *)op, distance, whence));
    return position;
}

PyObject *
mmap_seekable(PyObject *Py_UNUSED(op), PyObject *Py_UNUSED(unused))
{
    Py_RETURN_TRUE;
}
