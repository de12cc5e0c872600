#define _GNU_SOURCE
#include "CHostProbe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_LIMIT = 48, LINK_LIMIT = 40, PATH_LIMIT = 8192 };

static enum nestor_outcome outcome_of(int number) {
    switch (number) {
    case ENOENT: return NESTOR_MISSING;
    case ENOTDIR: return NESTOR_MISSING;
    case EACCES:
    case EPERM: return NESTOR_DENIED;
    case ELOOP:
    case ENAMETOOLONG: return NESTOR_LOOP;
    case EISDIR: return NESTOR_IS_DIRECTORY;
    default: return NESTOR_FAILED;
    }
}

/// The open folders from the root down to where a walk stands, and the last name that it came by.
struct walk {
    int folders[DEPTH_LIMIT];
    int depth;
    char leaf[256];
    struct stat at;
};

static void end_walk(struct walk *walk) {
    while (walk->depth >= 0) close(walk->folders[walk->depth--]);
}

/// Walks one component at a time on O_PATH descriptors, so that no link, not even one that is swapped meanwhile, can
/// lead out of the root. Afterwards the last folder and `leaf` name the object, and `at` describes it.
static enum nestor_outcome begin_walk(struct walk *walk, const char *root, const char *path) {
    char pending[PATH_LIMIT], target[PATH_LIMIT];
    int links = 0;
    walk->depth = -1;
    if (strlen(path) >= sizeof pending) return NESTOR_LOOP;
    strcpy(pending, path);
    int folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return outcome_of(errno);
    walk->folders[++walk->depth] = folder;
    strcpy(walk->leaf, ".");
    if (fstat(folder, &walk->at) != 0) return outcome_of(errno);

    char *rest = pending;
    for (;;) {
        rest += strspn(rest, "/");
        if (*rest == '\0') return NESTOR_OK;
        size_t length = strcspn(rest, "/");
        if (length >= sizeof walk->leaf) return NESTOR_LOOP;
        char name[256];
        memcpy(name, rest, length);
        name[length] = '\0';
        rest += length;
        // What came before must have been a folder: step into it.
        if (strcmp(walk->leaf, ".") != 0) {
            if (!S_ISDIR(walk->at.st_mode)) return NESTOR_MISSING;
            if (walk->depth + 1 >= DEPTH_LIMIT) return NESTOR_LOOP;
            int next = openat(walk->folders[walk->depth], walk->leaf, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (next < 0) return outcome_of(errno);
            walk->folders[++walk->depth] = next;
            strcpy(walk->leaf, ".");
        }
        if (strcmp(name, ".") == 0) continue;
        if (strcmp(name, "..") == 0) {
            if (walk->depth > 0) close(walk->folders[walk->depth--]);
            if (fstat(walk->folders[walk->depth], &walk->at) != 0) return outcome_of(errno);
            continue;
        }
        int object = openat(walk->folders[walk->depth], name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (object < 0) return outcome_of(errno);
        int described = fstat(object, &walk->at);
        if (described == 0 && S_ISLNK(walk->at.st_mode)) {
            ssize_t size = readlinkat(object, "", target, sizeof target - 1);
            close(object);
            if (size < 0) return outcome_of(errno);
            if (++links > LINK_LIMIT || (size_t)size + 1 + strlen(rest) >= sizeof pending) return NESTOR_LOOP;
            target[size] = '\0';
            memmove(pending + size + 1, rest, strlen(rest) + 1);
            memcpy(pending, target, (size_t)size);
            pending[size] = '/';
            rest = pending;
            if (target[0] == '/')
                while (walk->depth > 0) close(walk->folders[walk->depth--]);
            if (fstat(walk->folders[walk->depth], &walk->at) != 0) return outcome_of(errno);
            continue;
        }
        close(object);
        if (described != 0) return NESTOR_FAILED;
        strcpy(walk->leaf, name);
    }
}

enum nestor_outcome nestor_look(const char *root, const char *path, struct nestor_entry *entry) {
    struct walk walk;
    enum nestor_outcome outcome = begin_walk(&walk, root, path);
    if (outcome == NESTOR_OK) {
        entry->kind = S_ISREG(walk.at.st_mode)   ? NESTOR_FILE
                      : S_ISDIR(walk.at.st_mode) ? NESTOR_DIRECTORY
                      : S_ISCHR(walk.at.st_mode) ? NESTOR_CHARACTER_DEVICE
                                                 : NESTOR_OTHER;
        entry->mode = walk.at.st_mode & 07777;
        entry->owner = walk.at.st_uid;
        entry->group = walk.at.st_gid;
    }
    end_walk(&walk);
    return outcome;
}

enum nestor_outcome nestor_read(const char *root, const char *path, size_t limit, uint8_t **bytes, size_t *count) {
    struct walk walk;
    enum nestor_outcome outcome = begin_walk(&walk, root, path);
    int file = -1;
    if (outcome == NESTOR_OK) {
        // A device is not even opened: that alone can have effects.
        if (S_ISDIR(walk.at.st_mode))
            outcome = NESTOR_IS_DIRECTORY;
        else if (!S_ISREG(walk.at.st_mode))
            outcome = NESTOR_SPECIAL;
        else {
            file = openat(
                walk.folders[walk.depth], walk.leaf, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
            if (file < 0) outcome = outcome_of(errno);
        }
    }
    end_walk(&walk);
    if (outcome != NESTOR_OK) return outcome;

    struct stat now;
    size_t capacity = 4096, length = 0;
    uint8_t *buffer = malloc(capacity);
    if (buffer == NULL || fstat(file, &now) != 0)
        outcome = NESTOR_FAILED;
    else if (!S_ISREG(now.st_mode))
        outcome = NESTOR_SPECIAL;
    while (outcome == NESTOR_OK) {
        if (length == capacity) {
            uint8_t *larger = realloc(buffer, capacity * 2);
            if (larger == NULL) {
                outcome = NESTOR_FAILED;
                break;
            }
            buffer = larger;
            capacity *= 2;
        }
        ssize_t got = read(file, buffer + length, capacity - length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) outcome = outcome_of(errno);
        if (got <= 0) break;
        length += (size_t)got;
        if (length > limit) outcome = NESTOR_TOO_LARGE;
    }
    close(file);
    if (outcome != NESTOR_OK) {
        free(buffer);
        return outcome;
    }
    *bytes = buffer;
    *count = length;
    return NESTOR_OK;
}

enum nestor_outcome nestor_list(const char *root, const char *path, size_t limit, uint8_t **bytes, size_t *count) {
    struct walk walk;
    enum nestor_outcome outcome = begin_walk(&walk, root, path);
    int folder = -1;
    if (outcome == NESTOR_OK && !S_ISDIR(walk.at.st_mode)) outcome = NESTOR_NOT_DIRECTORY;
    if (outcome == NESTOR_OK) {
        folder = openat(walk.folders[walk.depth], walk.leaf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (folder < 0) outcome = outcome_of(errno);
    }
    end_walk(&walk);
    if (outcome != NESTOR_OK) return outcome;
    DIR *names = fdopendir(folder);
    uint8_t *buffer = malloc(limit + 1);
    if (names == NULL || buffer == NULL) {
        free(buffer);
        if (names != NULL)
            closedir(names);
        else
            close(folder);
        return NESTOR_FAILED;
    }
    size_t length = 0;
    struct dirent *entry;
    while (outcome == NESTOR_OK && (entry = readdir(names)) != NULL) {
        size_t size = strlen(entry->d_name) + 1;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (length + size > limit) {
            outcome = NESTOR_TOO_LARGE;
            break;
        }
        memcpy(buffer + length, entry->d_name, size);
        length += size;
    }
    closedir(names);
    if (outcome != NESTOR_OK) {
        free(buffer);
        return outcome;
    }
    *bytes = buffer;
    *count = length;
    return NESTOR_OK;
}

void nestor_free(uint8_t *bytes) { free(bytes); }
