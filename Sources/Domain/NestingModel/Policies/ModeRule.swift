/// Where a policy goes further, or less far, than it does elsewhere.
package struct ModeRule: Codable, Sendable, Hashable {
    package var selector: PolicySelector
    package var mode: PolicyMode
    /// For drift that a change of the policies brought about; nil where it is the same.
    package var intendedMode: PolicyMode?
    /// Why, for everybody who asks.
    package var reason: String
    /// Where it was written, `builders.yaml:12`.
    package var place: String

    package init(
        _ selector: PolicySelector, mode: PolicyMode, intendedMode: PolicyMode? = nil, reason: String,
        place: String = ""
    ) {
        self.selector = selector
        self.mode = mode
        self.intendedMode = intendedMode
        self.reason = reason
        self.place = place
    }
}
