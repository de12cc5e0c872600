import NestingModel

/// How one item came to its end, or why it stands.
enum ItemEnd: Error {
    case ended(RemediationOutcome, String, remedy: String)
    /// It waits for a person.
    case interrupted(String)
    /// Nothing of it was done yet, and it may not start now: it waits again.
    case postponed
    /// The agent holds no such correction.
    case absent(String)
    /// The controller stops; its next start goes on.
    case stopping

    static func refused(_ sentence: String, remedy: String) -> ItemEnd { .ended(.refused, sentence, remedy: remedy) }

    var sentence: String {
        switch self {
        case .ended(_, let sentence, _), .interrupted(let sentence), .absent(let sentence): sentence
        case .postponed: "it may not start now"
        case .stopping: "the controller stops"
        }
    }
}
