/// What is wrong with bytes that should be XDR (RFC 4506): the answer is refused, never half believed.
enum XDRFault: Error, Equatable, CustomStringConvertible {
    case truncated(needed: Int, left: Int)
    case tooLong(length: Int, limit: Int)
    case badOptional(UInt32)
    case badDiscriminant(Int32)

    var description: String {
        switch self {
        case .truncated(let needed, let left): "ends early: \(needed) bytes are needed, \(left) are left"
        case .tooLong(let length, let limit): "a length of \(length) is above the limit of \(limit)"
        case .badOptional(let value): "an optional begins with \(value), not 0 or 1"
        case .badDiscriminant(let value): "a value has the unknown kind \(value)"
        }
    }
}
