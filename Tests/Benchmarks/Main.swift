import Glibc

/// Prints what Nestor costs, beside the usual tools where they do the same: a table for README, not a test.
///
/// `NESTOR_AGENT` names the static agent. Words on the command line choose sections: `evaluation`, `agent`, `sweep`.
@main
struct Main {
    static func main() async {
        let words = CommandLine.arguments.dropFirst()
        var table = MeasuredTable()
        var failed = false
        for section in Section.all where words.isEmpty || words.contains(section.name) {
            do {
                try await section.measure(&table)
            } catch {
                failed = true
                table.add("\(section.name): not measured", "\(error)")
            }
        }
        print(table.text)
        exit(failed ? 1 : 0)
    }
}

/// One group of measurements.
struct Section {
    var name: String
    var measure: (inout MeasuredTable) async throws -> Void

    static var all: [Section] {
        [
            Section(name: "evaluation") { try EvaluationSection.measure(&$0) },
            Section(name: "agent") { try await AgentSection.measure(&$0) },
            Section(name: "sweep") { try await SweepSection.measure(&$0) },
        ]
    }
}
