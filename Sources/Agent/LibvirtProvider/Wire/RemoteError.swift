/// An error answer of libvirt. Decide by the code; the message is for a person.
struct RemoteError: Error, Equatable, CustomStringConvertible {
    /// The codes (virErrorNumber) on which something is decided.
    enum Code: Int32 {
        case noSupport = 3
        case operationDenied = 29
        case unknownProcedure = 39
        case noDomain = 42
        case authFailed = 45
        case operationInvalid = 55
        /// Also what a start gets where the guest wants KVM and there is none.
        case configUnsupported = 67
        case authCancelled = 79
        case authUnavailable = 80
        case invalidSchema = 92
    }

    var number: Int32
    var message: String

    init(number: Int32, message: String) {
        self.number = number
        self.message = message
    }

    init(reading reader: inout XDRReader) throws(XDRFault) {
        number = try reader.signed()
        _ = try reader.signed()
        message = try reader.isPresent() ? printable(try reader.string().prefix(1024)) : ""
    }

    var code: Code? { Code(rawValue: number) }

    var description: String { "libvirt says: \(message) (code \(number))" }
}
