/// Keys and values of one record, in the order in which they were written. Values are rendered only when the record
/// is wanted; integers, floating point numbers and booleans stay such in JSON, everything else becomes text.
package typealias LogFields = KeyValuePairs<String, any Sendable & CustomStringConvertible>

/// One log line before it is rendered.
package struct LogRecord: Sendable {
    /// When: nanoseconds since 1970, UTC.
    package var time: Int64
    package var level: LogLevel
    /// Which part of the program speaks: `sweep`, `http`.
    package var label: String
    package var message: String
    /// The log's own fields first, then the call's.
    package var fields: [(key: String, value: any Sendable & CustomStringConvertible)]

    /// A field's value as text; nil where there is none. The last one wins.
    package subscript(key: String) -> String? { fields.last { $0.key == key }?.value.description }
}
