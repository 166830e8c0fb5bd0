/* Arguments of methods: all are converted before anything of the map is looked at. The
   functions return 1, or raise and return 0. */

#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* As in slice notation: any integer will do, and None stands for the default. */
struct bound {
    int is_given;
    Py_ssize_t value;
};

int check_count(const char *method, Py_ssize_t count, Py_ssize_t fewest, Py_ssize_t most);
/* At most one keyword, this one; its value stands after those without. */
int check_keywords(const char *method, PyObject *given, const char *known);
int to_size(PyObject *argument, Py_ssize_t *size);
int to_int(PyObject *argument, int *number);
int to_byte(PyObject *argument, unsigned char *byte);
int to_bound(PyObject *argument, struct bound *bound);

#endif
