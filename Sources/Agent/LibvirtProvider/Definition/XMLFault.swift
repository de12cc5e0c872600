/// Why a text is not taken as XML.
struct XMLFault: Error, Equatable, CustomStringConvertible {
    var description: String
}
