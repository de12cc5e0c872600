import CommandLineTable
import FleetDocuments
import NestingModel
import YAMLDocument

/// The nodes that a command is about, beside places.
let selectorOptions = [
    CommandOption(
        "label", short: "l", value: "K=V", "what has this label of its host; more than one: all of them", repeated: true
    ),
    CommandOption(
        "select", value: "SELECTOR",
        "by the words of policies: '{guests: [\"build-*\"], labels: {rack: {in: [r1, r2]}}, not: {levels: [2]}}'"),
]

let policyOption = CommandOption("policy", value: "NAME", "only what this policy decides", repeated: true)

/// What a plan is about. Every condition that is stated must hold.
let selectionOptions =
    selectorOptions + [
        policyOption,
        CommandOption("finding", value: "ID", "only this finding, as 'nestor drift' shows it", repeated: true),
    ]

extension CommandContext {
    func selection() throws(CLIFailure) -> Selection {
        Selection(
            paths: try paths(), selector: try selector(), policies: parsed.options("policy"),
            findings: parsed.options("finding"))
    }

    /// nil where none is stated.
    func selector() throws(CLIFailure) -> PolicySelector? {
        var selector: PolicySelector?
        if let text = parsed.option("select") {
            do throws(YAMLFaults) {
                selector = try SelectorText.read(text, name: "--select")
            } catch {
                let fault = error.faults.first
                throw CLIFailure(
                    ExitCode.usage, "--select: \(plain(fault?.sentence ?? "it can't be read"))",
                    // Without it YAML takes the whole for one word.
                    remedy: text.contains(/:[^\s]/)
                        ? "write a space behind each colon, as in {hosts: [rack7]}" : plain(fault?.remedy ?? ""))
            }
        }
        let labels = parsed.pairs("label")
        guard !labels.isEmpty else { return selector }
        guard selector?.all != true else {
            throw CLIFailure(ExitCode.usage, "--label stands beside all: true", remedy: "leave one out")
        }
        selector = selector ?? PolicySelector()
        selector?.labels.merge(labels) { $1 }
        return selector
    }
}
