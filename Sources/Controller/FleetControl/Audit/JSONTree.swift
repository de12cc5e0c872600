/// JSON as it comes, whatever it is of: for what looks at names and values of any document.
package indirect enum JSONTree: Decodable {
    /// A text, a number or a flag, as it is written; nil for null.
    case leaf(String?)
    case list([JSONTree])
    case object([String: JSONTree])

    package init(from decoder: any Decoder) throws {
        if let object = try? [String: JSONTree](from: decoder) {
            self = .object(object)
        } else if let list = try? [JSONTree](from: decoder) {
            self = .list(list)
        } else {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() {
                self = .leaf(nil)
            } else if let flag = try? value.decode(Bool.self) {
                self = .leaf("\(flag)")
            } else if let number = try? value.decode(Int64.self) {
                self = .leaf("\(number)")
            } else if let number = try? value.decode(Double.self) {
                self = .leaf("\(number)")
            } else {
                self = .leaf(try value.decode(String.self))
            }
        }
    }
}
