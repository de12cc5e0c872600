import CSQLite
import FleetStore

/// One open database. Not for two threads at once: its owner is an actor on a thread of its own, or a reader.
final class SQLiteConnection {
    private let handle: OpaquePointer
    private var statements: [String: OpaquePointer] = [:]

    init(path: String, readOnly: Bool) throws(StoreFailure) {
        var opened: OpaquePointer?
        let flags = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let status = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard let opened else {
            throw StoreFailure(.unavailable, "cannot open the store '\(path)': out of memory")
        }
        handle = opened
        guard status == SQLITE_OK else {
            let failure = failure("cannot open the store '\(path)'")
            sqlite3_close_v2(handle)
            throw failure
        }
        sqlite3_busy_timeout(handle, 5_000)
    }

    func close() {
        for statement in statements.values { sqlite3_finalize(statement) }
        statements = [:]
        sqlite3_close_v2(handle)
    }

    /// Runs statements that return nothing.
    func execute(_ sql: String) throws(StoreFailure) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
            throw failure("the store refused '\(sql.prefix(80))'")
        }
    }

    /// - Parameter begin: `BEGIN`, or `BEGIN IMMEDIATE` for whoever will write.
    func transaction<Value>(
        _ begin: String, _ body: () throws(StoreFailure) -> Value
    ) throws(StoreFailure) -> Value {
        try execute(begin)
        do throws(StoreFailure) {
            let value = try body()
            try execute("COMMIT")
            return value
        } catch {
            // The first fault is the one to tell; a failed commit has rolled back by itself already.
            try? execute("ROLLBACK")
            throw error
        }
    }

    /// Runs one statement with its values bound, and gives each row to the reader.
    func rows<Row>(
        _ sql: String, _ values: [SQLiteValue] = [], _ read: (SQLiteRow) throws(StoreFailure) -> Row
    ) throws(StoreFailure) -> [Row] {
        let statement = try prepared(sql)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (index, value) in values.enumerated() {
            let status =
                switch value {
                case .integer(let number): sqlite3_bind_int64(statement, Int32(index + 1), number)
                case .text(let text): bind(text, at: Int32(index + 1), of: statement)
                case .null: sqlite3_bind_null(statement, Int32(index + 1))
                }
            guard status == SQLITE_OK else { throw failure("the store refused a value of '\(sql.prefix(80))'") }
        }
        var result: [Row] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: result.append(try read(SQLiteRow(statement: statement)))
            case SQLITE_DONE: return result
            default: throw failure("the store failed at '\(sql.prefix(80))'")
            }
        }
    }

    func run(_ sql: String, _ values: [SQLiteValue] = []) throws(StoreFailure) {
        _ = try rows(sql, values) { (_: SQLiteRow) throws(StoreFailure) in }
    }

    private func bind(_ text: String, at index: Int32, of statement: OpaquePointer) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                nestor_sqlite_bind_text(statement, index, $0.baseAddress, Int32($0.count))
            }
        }
    }

    private func prepared(_ sql: String) throws(StoreFailure) -> OpaquePointer {
        if let statement = statements[sql] { return statement }
        var statement: OpaquePointer?
        guard sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil) == SQLITE_OK,
            let statement
        else { throw failure("the store refused '\(sql.prefix(80))'") }
        statements[sql] = statement
        return statement
    }

    private func failure(_ what: String) -> StoreFailure {
        let message = String(cString: sqlite3_errmsg(handle))
        let code: StoreFailure.Code =
            switch sqlite3_errcode(handle) {
            case SQLITE_FULL: .full
            case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
            case SQLITE_BUSY, SQLITE_LOCKED: .locked
            case SQLITE_CONSTRAINT: .conflict
            default: .unavailable
            }
        let remedy =
            switch code {
            case .full: "make room on the disk of the state folder"
            case .corrupt: "put a backup of the state folder back; nothing was changed"
            default: ""
            }
        return StoreFailure(code, "\(what): \(message)", remedy: remedy)
    }
}

enum SQLiteValue {
    case integer(Int64)
    case text(String)
    case null
}

/// The present row of a running statement: valid until the next one.
struct SQLiteRow {
    let statement: OpaquePointer

    func text(_ column: Int32) -> String {
        guard let bytes = sqlite3_column_text(statement, column) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// The same text as the bytes that it is.
    func bytes(_ column: Int32) -> [UInt8] {
        guard let bytes = sqlite3_column_text(statement, column) else { return [] }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, column))))
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }
}
