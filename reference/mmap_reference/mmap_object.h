/* The object behind the type mmap, and the rules that all of its code keeps.

   Whatever can run Python code may close or resize the map, or let another thread do so:
   converting an argument, asking for a buffer, releasing one, dropping a reference,
   raising. So every operation has two parts. The first converts the arguments and looks at
   nothing of the map; the second, named ..._locked, checks and acts in one go. Where the
   second part must wait, it holds the map. */

#ifndef MMAP_OBJECT_H
#define MMAP_OBJECT_H

#include "arguments.h"
#include "edition.h"
#include "mapping.h"

enum access { ACCESS_DEFAULT, ACCESS_READ, ACCESS_WRITE, ACCESS_COPY };

typedef struct {
    PyObject_HEAD
    const struct edition *edition;
    struct mapping mapping;
    Py_ssize_t position; /* past the end after a resize that made the map shorter */
    Py_ssize_t holds;    /* buffers exported, and operations under way */
    enum access access;
    int keeps_fd;
    PyObject *weak_references;
} MmapObject;

#ifndef Py_BEGIN_CRITICAL_SECTION /* before 3.13 there is the GIL and nothing to lock */
#define Py_BEGIN_CRITICAL_SECTION(op) {
#define Py_END_CRITICAL_SECTION() }
#endif

#define LOCKED(op, assignment)         \
    do {                               \
        Py_BEGIN_CRITICAL_SECTION(op); \
        assignment;                    \
        Py_END_CRITICAL_SECTION();     \
    } while (0)

#define RETURN_LOCKED(type, op, value) \
    do {                               \
        type result;                   \
        LOCKED(op, result = value);    \
        return result;                 \
    } while (0)

/* The method without arguments that does what name_locked() does. */
#define METHOD_OF_SELF(name)                                            \
    PyObject *mmap_##name(PyObject *op, PyObject *Py_UNUSED(unused))    \
    {                                                                   \
        RETURN_LOCKED(PyObject *, op, name##_locked((MmapObject *)op)); \
    }

/* While a map is held it can be neither closed nor resized: BufferError. */
static inline void hold(MmapObject *self)
{
    self->holds++;
}

static inline void let_go(MmapObject *self)
{
    self->holds--;
}

/* These raise, and return 0, where the answer is no. */

static inline int is_open(MmapObject *self)
{
    return require(self->mapping.data != NULL, PyExc_ValueError, "mmap closed or invalid");
}

static inline int is_open_and_writable(MmapObject *self)
{
    return is_open(self) && require(self->access != ACCESS_READ, PyExc_TypeError,
                                    "mmap can't modify a readonly memory map.");
}

/* What came of a call into mapping.h. */
int is_done(int status);

/* What methods give that have nothing to tell but an error. */
static inline PyObject *none_if(int done)
{
    return done ? Py_NewRef(Py_None) : NULL;
}

/* A copy of bytes of the map, which must have them. Making bytes runs no Python code. */
static inline PyObject *copy_of(MmapObject *self, Py_ssize_t start, Py_ssize_t length)
{
    return PyBytes_FromStringAndSize((const char *)self->mapping.data + start, length);
}

/* A type mmap, for a module and as an edition of the documentation has it. */
PyObject *mmap_make_type(PyObject *module, const struct edition *edition);

/* constructor.c */
extern const char mmap_doc[];
PyObject *mmap_construct(PyTypeObject *type, PyObject *arguments, PyObject *keywords,
                         const struct edition *edition);

/* The methods, and in mmap_methods.c their table */
typedef PyObject *Method(PyObject *op, PyObject *argument); /* of one argument, or none */
typedef PyObject *FastMethod(PyObject *op, PyObject *const *arguments, Py_ssize_t given);

/* mmap_data.c: bytes and the position */
FastMethod mmap_read, mmap_find, mmap_rfind, mmap_move, mmap_seek;
Method mmap_readline, mmap_read_byte, mmap_write, mmap_write_byte, mmap_tell, mmap_seekable;

/* mmap_system.c: what the system does, and the end */
PyObject *mmap_flush(PyObject *op, PyObject *arguments, PyObject *keywords);
FastMethod mmap_madvise, mmap_exit;
Method mmap_set_name, mmap_size, mmap_resize, mmap_close, mmap_enter;

extern PyMethodDef mmap_methods[];

/* mmap_subscript.c */
Py_ssize_t mmap_length(PyObject *op);
PyObject *mmap_subscript(PyObject *op, PyObject *key);
int mmap_assign_subscript(PyObject *op, PyObject *key, PyObject *value);
PyObject *mmap_item(PyObject *op, Py_ssize_t index);
int mmap_assign_item(PyObject *op, Py_ssize_t index, PyObject *value);
int mmap_contains(PyObject *op, PyObject *value);

#endif
