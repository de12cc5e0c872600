/// Why a definition can't take a change, and what a person can do.
struct EditFault: Error, Equatable {
    var sentence: String
    var remedy: String

    init(_ sentence: String, _ remedy: String = "") {
        self.sentence = sentence
        self.remedy = remedy
    }
}
