#include "mmap_object.h"

/* The module has no state: its types are reached through the module and their objects, and
   nothing in C needs them. That makes it fit for any number of interpreters. */

static int add_constants(PyObject *module, const struct constant *constant)
{
    for (; constant->name != NULL; constant++) {
        if (constant->value != ABSENT &&
            PyModule_AddIntConstant(module, constant->name, constant->value) < 0) {
            return -1;
        }
    }
    return 0;
}

/* With an underscore: import * is for the constants, which all editions share. */
static int add_type(PyObject *module, const char *name, const struct edition *edition)
{
    PyObject *type = mmap_make_type(module, edition);
    int result = PyModule_AddObjectRef(module, name, type);
    Py_XDECREF(type);
    return result;
}

static int exec_module(PyObject *module)
{
    const struct constant own_constants[] = {
        {"ACCESS_DEFAULT", ACCESS_DEFAULT},
        {"ACCESS_READ", ACCESS_READ},
        {"ACCESS_WRITE", ACCESS_WRITE},
        {"ACCESS_COPY", ACCESS_COPY},
        {"PAGESIZE", mapping_page_size()},
        {"ALLOCATIONGRANULARITY", mapping_granularity()},
        {NULL, 0},
    };

    if (add_constants(module, own_constants) < 0 || add_constants(module, mapping_constants) < 0 ||
        add_type(module, "_mmap_3_1", &edition_3_1) < 0) {
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

PyMODINIT_FUNC PyInit__mmap(void)
{
    return PyModuleDef_Init(&definition);
}
