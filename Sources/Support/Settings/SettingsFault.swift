import YAMLDocument

/// A setting that is refused.
package struct SettingsFault: Sendable, Hashable, CustomStringConvertible {
    /// Where it was said: `nestord.yaml:3:9`, a variable's name, or `command line`.
    package var place: String
    package var sentence: String
    package var remedy: String

    package var description: String { "\(place): \(sentence); \(remedy)" }

    package init(_ place: String, _ sentence: String, _ remedy: String) {
        (self.place, self.sentence, self.remedy) = (place, sentence, remedy)
    }

    init(_ fault: YAMLFault) {
        self.init(fault.place.description, fault.sentence, fault.remedy)
    }
}

/// All that is wrong with a program's settings, in every layer.
package struct SettingsFaults: Error, Sendable, Hashable, CustomStringConvertible {
    package var faults: [SettingsFault]

    package init(_ faults: [SettingsFault]) {
        self.faults = faults
    }

    /// One line for each.
    package var description: String { faults.map(\.description).joined(separator: "\n") }
}
