/// Why a schedule is refused. Its reader adds the place.
package struct ScheduleFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// In lower case, with the value found, fit to stand behind the name of a field: `has the minute "61"`.
    package var sentence: String
    package var remedy: String

    package init(_ sentence: String, remedy: String) {
        self.sentence = sentence
        self.remedy = remedy
    }

    package var description: String { "\(sentence); \(remedy)" }
}
