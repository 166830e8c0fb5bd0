/* Stands in for the file of that name beside the headers of a Linux interpreter, which says
   what Linux is like. A wrong size changes the layout of objects without an error. */

#ifndef Py_PYCONFIG_H
#define Py_PYCONFIG_H

#define MS_WINDOWS
#define MS_WIN64
#define NT_THREADS
#define Py_ENABLE_SHARED
#define HAVE_DECLSPEC_DLL
#define HAVE_WCHAR_H
#define SIZEOF_VOID_P 8
#define SIZEOF_SIZE_T 8
#define SIZEOF_LONG 4
#define SIZEOF_LONG_LONG 8
#define SIZEOF_WCHAR_T 2

/* The runtime has it, and the headers of mingw-w64 may not. */
#include <stdlib.h>
_invalid_parameter_handler
_set_thread_local_invalid_parameter_handler(_invalid_parameter_handler handler);

#endif
