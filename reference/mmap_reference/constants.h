/* What the system has, and what it may have and lacks. */

#ifndef CONSTANTS_H
#define CONSTANTS_H

#define ABSENT (-1)

struct constant {
    const char *name; /* NULL after the last one */
    long value;
};

extern const struct constant system_constants[];

#endif
