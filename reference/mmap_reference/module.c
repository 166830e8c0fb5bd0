#include "mmap_object.h"

#ifndef _WIN32
#include <sys/mman.h>
#endif

/* The module has no state: its types are reached through the module and their objects, and
   nothing in C needs them. That makes it fit for any number of interpreters. */

struct constant {
    const char *name;
    long value;
};

#define CONSTANT(name) {#name, (long)(name)}

static const struct constant constants[] = {
    CONSTANT(ACCESS_DEFAULT),
    CONSTANT(ACCESS_READ),
    CONSTANT(ACCESS_WRITE),
    CONSTANT(ACCESS_COPY),
#include "constants.h"
};

/* With an underscore: import * is for the constants, which all editions share. */
static int
add_type(PyObject *module, const char *name, const struct edition *edition)
{
    PyObject *type = mmap_make_type(module, edition);
    int result = PyModule_AddObjectRef(module, name, type);
    Py_XDECREF(type);
    return result;
}

static int
exec_module(PyObject *module)
{
    const size_t count = sizeof(constants) / sizeof(constants[0]);

    for (size_t i = 0; i < count; i++) {
        if (PyModule_AddIntConstant(module, constants[i].name, constants[i].value) < 0) {
            return -1;
        }
    }
    if (PyModule_AddIntConstant(module, "PAGESIZE", mapping_page_size()) < 0 ||
        PyModule_AddIntConstant(module, "ALLOCATIONGRANULARITY", mapping_granularity()) < 0) {
        return -1;
    }
    if (add_type(module, "_mmap_3_1", &edition_3_1) < 0) {
        return -1;
    }
    return add_type(module, "_mmap_3_15", &edition_3_15);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, exec_module},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#if PY_VERSION_HEX >= 0x030D0000
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "mmap_reference._mmap",
    .m_doc = PyDoc_STR("Memory-mapped files, as the documentation says they are."),
    .m_size = 0,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit__mmap(void)
{
    return PyModuleDef_Init(&definition);
}
