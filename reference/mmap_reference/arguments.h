/* Arguments of methods: all are converted before anything of the map is looked at. The
   functions return 1, or raise and return 0. */

#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* For whatever must hold: or else, this error. */
static inline int require(int holds, PyObject *error, const char *message)
{
    if (!holds) {
        PyErr_SetString(error, message);
    }
    return holds;
}

int check_count(const char *method, Py_ssize_t count, Py_ssize_t fewest, Py_ssize_t most);
int to_size(PyObject *argument, Py_ssize_t *size);
int to_int(PyObject *argument, int *number);
int to_byte(PyObject *argument, unsigned char *byte);

/* As in slice notation: what is too large for the system stands for the largest there is. */
int to_clamped_size(PyObject *argument, Py_ssize_t *size);

#endif
