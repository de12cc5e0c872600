import Testing

@testable import YAMLDocument

private enum Mode: String, CaseIterable {
    case audit, propose, enforce, unknown
}

private struct Rule: Equatable {
    var name: String
    var mode: Mode
    var memory: Int64?
    var wait: Duration?
    var labels: [String: String]
    var levels: [Int]
}

private func rules(_ text: String) throws(YAMLFaults) -> [Rule] {
    let root = try YAMLDocument.parse(text, file: "p.yaml")
    let reader = YAMLReader()
    let top = reader.mapping(root, allowed: ["policies"], required: ["policies"])
    let keys = ["name", "mode", "memory", "wait", "labels", "levels", "drain"]
    let rules = (top?.mappings("policies", allowed: keys) ?? []).map { fields in
        _ = fields.bool("drain")
        return Rule(
            name: fields.requiredString("name"), mode: fields.oneOf("mode", Mode.self, except: [.unknown]) ?? .audit,
            memory: fields.bytes("memory", in: 1 << 20...1 << 40),
            wait: fields.duration("wait", in: .seconds(1)...(.seconds(3600))), labels: fields.pairs("labels") ?? [:],
            levels: fields.values("levels", expected: "a level") { Int($0.text) } ?? [])
    }
    return try reader.finish(rules)
}

@Suite("Reading YAML strictly") struct YAMLReaderTests {
    @Test("a good file becomes values")
    func good() throws {
        let text = """
            policies:
              - name: 007
                mode: enforce
                memory: 4 GiB
                wait: 5m
                labels: {rack: 7, role: build host}
                levels: [1, 2]
            """
        let rule = Rule(
            name: "007", mode: .enforce, memory: 4 << 30, wait: .seconds(300),
            labels: ["rack": "7", "role": "build host"],
            levels: [1, 2])
        #expect(try rules(text) == [rule])
    }

    @Test(
        "each wrong value is named with its place and with what may be written",
        arguments: [
            (
                "mode: enforc",
                "17: policies[0].mode is \"enforc\"; write audit, propose or enforce: did you mean enforce?"
            ),
            ("mode: unknown", "17: policies[0].mode is \"unknown\"; write audit, propose or enforce"),
            ("mode: [audit]", "17: policies[0].mode is a list; write audit, propose or enforce"),
            ("mode: ", "17: policies[0].mode is blank; write audit, propose or enforce"),
            (
                "memory: 4",
                "19: policies[0].memory is \"4\"; write a whole number with its unit, as 4GiB or 512MiB, from 1MiB to 1TiB"
            ),
            (
                "memory: 2TiB",
                "19: policies[0].memory is \"2TiB\"; write a whole number with its unit, as 4GiB or 512MiB, from 1MiB to 1TiB"
            ),
            (
                "wait: 90",
                "17: policies[0].wait is \"90\"; write a whole number with its unit, as 90s, 5m, 1h or 7d, from 1s to 1h"
            ),
            ("drain: yes", "18: policies[0].drain is \"yes\"; write true or false, without quotes"),
            ("drain: 'true'", "18: policies[0].drain is \"true\"; write true or false, without quotes"),
            ("moed: audit", "11: policies[0].moed is not known here; did you mean mode?"),
            (
                "xyz: 1",
                "11: policies[0].xyz is not known here; write drain, labels, levels, memory, mode, name or wait"
            ),
            ("labels: [a]", "19: policies[0].labels is a list; write keys and values, as key: value"),
            ("labels: {a: }", "23: policies[0].labels.a is blank; write text of at most 1024 characters in one line"),
            ("levels: [1, x]", "23: policies[0].levels[1] is \"x\"; write a level"),
            ("levels: []", "19: policies[0].levels is an empty list; write its values, or leave the key out"),
            ("levels: 1", "19: policies[0].levels is \"1\"; write a list, each value behind \"- \""),
            (
                "labels: {\"\\e[2J\": a}",
                "20: policies[0].labels has the name \"\\u{1B}[2J\"; write text of at most 256 characters in one line"
            ),
        ])
    func refusals(field: String, fault: String) {
        let thrown = #expect(throws: YAMLFaults.self) { try rules("policies: [{name: a,\n          \(field)}]") }
        #expect(thrown?.description == "p.yaml:2:" + fault)
    }

    @Test(
        "a name that is missing, blank, too long or has control characters is refused",
        arguments: [
            "name: ", "name: ''", "name: ' '", "name: \"\\e[31m\"", "name: \"a\\nb\"", "mode: audit", "name: " + long,
        ])
    func names(field: String) {
        let thrown = #expect(throws: YAMLFaults.self) { try rules("policies: [{\(field)}]") }
        #expect(thrown?.faults.count == 1)
        #expect(thrown.map { $0.description.count < 300 && !$0.description.contains("\u{1B}") } == true)
    }

    static let long = String(repeating: "x", count: 1025)

    @Test("all faults come at once, in the file's order")
    func allAtOnce() {
        let thrown = #expect(throws: YAMLFaults.self) {
            try rules(
                "extra: 1\npolicies:\n  - mode: x\n    wait: 1\n  - a\n  - name: b\n    memory: 1GiB\n    drian: true\n"
            )
        }
        #expect(thrown?.faults.map(\.line) == [1, 3, 3, 4, 5, 8])
    }

    @Test("a file that is no mapping is refused", arguments: ["", "- a", "a"])
    func shape(text: String) {
        let thrown = #expect(throws: YAMLFaults.self) { try rules(text) }
        #expect(thrown?.faults.first?.sentence.hasPrefix("the file is ") == true)
    }

    @Test(
        "numbers keep to their range",
        arguments: [("0", nil), ("1", 1), ("9", 9), ("10", nil), ("1.5", nil), ("'1'", nil)])
    func numbers(text: String, number: Int?) throws {
        let reader = YAMLReader()
        let root = try YAMLDocument.parse("a: " + text, file: "f")
        #expect(reader.mapping(root, allowed: ["a"])?.int("a", in: 1...9) == number)
        #expect(reader.faults.isEmpty == (number != nil))
    }

    @Test("named mappings keep the file's order and name their faults")
    func named() throws {
        let reader = YAMLReader()
        let root = try YAMLDocument.parse("hosts:\n  z: {port: 1}\n  a: {prot: 2}\n", file: "f")
        let hosts = reader.mapping(root, allowed: ["hosts"])?.namedMappings(
            "hosts", allowed: ["port"], required: ["port"])
        #expect(hosts?.map(\.name) == ["z", "a"])
        #expect(
            reader.faults.faults.map(\.sentence) == ["hosts.a.prot is not known here", "hosts.a.port is missing"])
    }

    @Test("a million unknown keys end in a bounded list")
    func manyUnknown() throws {
        let root = try YAMLDocument.parse((0..<200_000).map { "mod\($0): 1\n" }.joined(), file: "f")
        let reader = YAMLReader()
        _ = reader.mapping(root, allowed: ["mode"])
        #expect(reader.faults.faults.count == 100 && reader.faults.more == 199_900)
    }
}
