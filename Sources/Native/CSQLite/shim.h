#pragma once
#include <sqlite3.h>

/* SQLITE_TRANSIENT is a cast, which Swift cannot import: SQLite copies the bytes before the call returns.
   A null pointer is an empty text here, which SQLite would take for NULL. */
static inline int nestor_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, int length) {
    return sqlite3_bind_text(statement, index, text ? text : "", length, SQLITE_TRANSIENT);
}
