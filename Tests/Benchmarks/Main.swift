import Glibc

/// Prints what Nestor costs, beside the usual tools where they do the same: a table for README, not a test.
///
/// `NESTOR_AGENT` names the static agent. Words on the command line choose sections: `evaluation`, `agent`, `sweep`,
/// `looking`, `reports`, `rendering`, `storage`.
@main
struct Main {
    static func main() async {
        let words = CommandLine.arguments.dropFirst()
        if words.first == RenderingSection.word || words.first == ServedFleet.word {
            do {
                if words.first == ServedFleet.word { try await ServedFleet.serve(words.dropFirst()) }
                try await RenderingSection.render(words.dropFirst())
                exit(0)
            } catch {
                ProgressLine.write("\(error)")
                exit(1)
            }
        }
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
            Section(name: "looking") { try await LookingSection.measure(&$0) },
            Section(name: "reports") { try await ReportsSection.measure(&$0) },
            Section(name: "rendering") { try await RenderingSection.measure(&$0) },
            Section(name: "storage") { try await StorageSection.measure(&$0) },
        ]
    }
}
