#include "mapping.h"

#include <io.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static SYSTEM_INFO system_info(void)
{
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info;
}

long mapping_page_size(void)
{
    return (long)system_info().dwPageSize;
}

long mapping_granularity(void)
{
    return (long)system_info().dwAllocationGranularity;
}

int mapping_can_grow(const struct mapping *mapping)
{
    (void)mapping;
    return 1;
}

static int has_file(const struct mapping *mapping)
{
    return mapping->file != INVALID_HANDLE_VALUE;
}

static int status_of(BOOL result)
{
    return result ? MAPPING_DONE : (int)GetLastError();
}

static void close_handle(HANDLE handle)
{
    if (handle != NULL && handle != INVALID_HANDLE_VALUE) {
        CloseHandle(handle);
    }
}

static int file_length(HANDLE file, int64_t *length)
{
    LARGE_INTEGER size = {.QuadPart = 0};
    int status = status_of(GetFileSizeEx(file, &size));

    *length = size.QuadPart;
    return status;
}

/* SetEndOfFile() would need the position, which others share. */
static int set_file_length(HANDLE file, int64_t length)
{
    FILE_END_OF_FILE_INFO info = {.EndOfFile = {.QuadPart = length}};

    return status_of(SetFileInformationByHandle(file, FileEndOfFileInfo, &info, sizeof(info)));
}

/* Without a name it is always new; with one, `opens` tells whether it may be there. */
static int make_section(struct mapping *mapping, int opens)
{
    const uint64_t end = (uint64_t)mapping->offset + (uint64_t)mapping->size;

    mapping->section =
        CreateFileMappingW(mapping->file, NULL, mapping->protection, (DWORD)(end >> 32),
                           (DWORD)end, mapping->tagname);
    DWORD error = GetLastError();
    if (mapping->section != NULL && (opens || error != ERROR_ALREADY_EXISTS)) {
        return MAPPING_DONE;
    }
    close_handle(mapping->section);
    mapping->section = NULL;
    return (int)error;
}

static int make_view(struct mapping *mapping)
{
    const uint64_t offset = (uint64_t)mapping->offset;

    mapping->data = MapViewOfFile(mapping->section, mapping->view, (DWORD)(offset >> 32),
                                  (DWORD)offset, (SIZE_T)mapping->size);
    return status_of(mapping->data != NULL);
}

static void unmap(struct mapping *mapping)
{
    if (mapping->data != NULL) {
        UnmapViewOfFile(mapping->data);
        mapping->data = NULL;
    }
    close_handle(mapping->section);
    mapping->section = NULL;
}

static int has_room(const struct mapping *mapping)
{
    void *room = VirtualAlloc(NULL, (SIZE_T)mapping->size, MEM_RESERVE, PAGE_NOACCESS);

    return room != NULL && VirtualFree(room, 0, MEM_RELEASE);
}

/* A section extends the file, and while another map of it is open nothing makes the file
   shorter again: what can be known to fail is tried before. See
   constructor.failed-changes-nothing, resize.too-large-keeps-file. */
static int map(struct mapping *mapping, int opens)
{
    int64_t before = INT64_MAX, after = 0;
    int status = has_file(mapping) ? file_length(mapping->file, &before) : MAPPING_DONE;

    if (status == MAPPING_DONE && mapping->size > 0 && !has_room(mapping)) {
        status = ERROR_NOT_ENOUGH_MEMORY;
    }
    if (status == MAPPING_DONE && mapping->offset % mapping_granularity() != 0) {
        status = ERROR_MAPPED_ALIGNMENT; /* offset.unaligned-os-error */
    }
    if (status == MAPPING_DONE) {
        status = make_section(mapping, opens);
    }
    if (status != MAPPING_DONE) {
        return status;
    }
    status = make_view(mapping);
    if (status != MAPPING_DONE) {
        unmap(mapping);
        if (has_file(mapping) && file_length(mapping->file, &after) == MAPPING_DONE &&
            after > before) {
            set_file_length(mapping->file, before);
        }
    }
    return status;
}

/* The C runtime's answer to a bad descriptor is to end the process. */
static void carry_on(const wchar_t *expression, const wchar_t *function, const wchar_t *file,
                     unsigned int line, uintptr_t reserved)
{
    (void)expression, (void)function, (void)file, (void)line, (void)reserved;
}

static int duplicate(int fd, void **handle)
{
    _invalid_parameter_handler before = _set_thread_local_invalid_parameter_handler(carry_on);
    HANDLE file = (HANDLE)_get_osfhandle(fd);
    HANDLE process = GetCurrentProcess();

    _set_thread_local_invalid_parameter_handler(before);
    if (file == INVALID_HANDLE_VALUE || file == (HANDLE)-2) { /* -2: a stream to nowhere */
        return MAPPING_BAD_DESCRIPTOR; /* constructor.bad-descriptor-os-error */
    }
    return status_of(
        DuplicateHandle(process, file, process, handle, 0, FALSE, DUPLICATE_SAME_ACCESS));
}

static int fit_to_file(struct mapping *mapping)
{
    int64_t length;
    int status = file_length(mapping->file, &length);

    return status == MAPPING_DONE ? mapping_take_rest(mapping, length) : status;
}

static void release(struct mapping *mapping)
{
    unmap(mapping);
    close_handle(mapping->file);
    free(mapping->tagname);
}

int mapping_create(struct mapping *mapping, int fd, int keeps_fd)
{
    const wchar_t *name = mapping->tagname;
    int status = MAPPING_DONE;

    mapping->file = INVALID_HANDLE_VALUE;
    mapping->tagname = NULL;
    if (name != NULL && (mapping->tagname = _wcsdup(name)) == NULL) {
        status = ERROR_NOT_ENOUGH_MEMORY;
    }
    if (status == MAPPING_DONE && fd != -1 && fd != 0) { /* constructor.windows-zero-is-anonymous */
        status = duplicate(fd, &mapping->file);
        if (status == MAPPING_DONE && mapping->size == 0) {
            status = fit_to_file(mapping);
        }
    }
    if (status == MAPPING_DONE) {
        /* constructor.windows-tagname-names, constructor.windows-extends-file */
        status = map(mapping, 1);
    }
    if (status != MAPPING_DONE) {
        release(mapping);
    } else if (!keeps_fd) {
        close_handle(mapping->file);
        mapping->file = INVALID_HANDLE_VALUE;
    }
    return status;
}

void mapping_destroy(struct mapping *mapping)
{
    if (mapping->data != NULL) {
        release(mapping);
    }
}

/* A second mapping takes the place of the first, which stays where there can be none. */
static int replace(struct mapping *mapping, ptrdiff_t size)
{
    struct mapping second = *mapping;

    second.size = size;
    second.data = second.section = NULL;
    int status = map(&second, 0);
    if (status == MAPPING_DONE) {
        if (!has_file(mapping)) {
            ptrdiff_t common = size < mapping->size ? size : mapping->size;
            memcpy(second.data, mapping->data, (size_t)common);
        }
        unmap(mapping);
        *mapping = second;
    }
    return status;
}

/* A file is cut only where nothing is mapped. The map is lost where the system takes the
   cut file and then refuses to map it. */
static int cut(struct mapping *mapping, ptrdiff_t size)
{
    unmap(mapping);
    int status = set_file_length(mapping->file, mapping->offset + size);
    if (status == MAPPING_DONE) {
        mapping->size = size;
    }
    int mapped = map(mapping, 0);
    if (mapped != MAPPING_DONE) {
        release(mapping);
    }
    return status == MAPPING_DONE ? mapped : status;
}

/* The name goes with the last handle, though the view stays: whether it is still there then
   tells of others that hold it. They are to keep what they share with this map:
   resize.windows-held-elsewhere. */
static int give_up_name(struct mapping *mapping)
{
    close_handle(mapping->section);
    mapping->section = OpenFileMappingW(FILE_MAP_READ, FALSE, mapping->tagname);
    return mapping->section != NULL ? ERROR_USER_MAPPED_FILE : MAPPING_DONE;
}

/* The name is another section's from now on; memory of no file has to move there. */
static void take_name_back(struct mapping *mapping)
{
    if (has_file(mapping)) {
        make_section(mapping, 0);
    } else {
        replace(mapping, mapping->size);
    }
}

int mapping_resize(struct mapping *mapping, ptrdiff_t size)
{
    int64_t length = 0;
    int status = MAPPING_DONE;

    if (size == 0) { /* resize.zero-keeps-file: the system says so of an emptied one */
        return ERROR_FILE_INVALID;
    }
    if (has_file(mapping)) {
        status = file_length(mapping->file, &length);
    }
    if (status == MAPPING_DONE && mapping->tagname != NULL) {
        status = give_up_name(mapping);
    }
    if (status != MAPPING_DONE) {
        return status;
    }
    if (mapping->offset + size < length) {
        return cut(mapping, size);
    }
    status = replace(mapping, size);
    if (status != MAPPING_DONE && mapping->tagname != NULL) {
        take_name_back(mapping);
    }
    return status;
}

int mapping_flush(const struct mapping *mapping, ptrdiff_t start, ptrdiff_t length, int flags)
{
    (void)flags;       /* there is one way to flush */
    if (length == 0) { /* flush.empty-range: for the system, all that follows, or an error */
        return MAPPING_DONE;
    }
    return status_of(FlushViewOfFile(mapping->data + start, (SIZE_T)length));
}

int mapping_file_size(const struct mapping *mapping, int64_t *size)
{
    if (!has_file(mapping)) {
        *size = mapping->size;
        return MAPPING_DONE;
    }
    return file_length(mapping->file, size);
}
