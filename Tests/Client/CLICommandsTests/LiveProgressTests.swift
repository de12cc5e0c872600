import FoundationEssentials
import NestingModel
import Testing

@testable import CLICommands

@Suite("A remediation that is drawn as it goes on")
struct LiveProgressTests {
    /// What a terminal shows of what was written to it: lines, and the two orders that are used.
    private struct Screen {
        var lines = [""]

        mutating func write(_ text: String) {
            var rest = Substring(text)
            while let character = rest.first {
                if rest.hasPrefix("\u{1B}["), let end = rest.dropFirst(2).firstIndex(where: \.isLetter) {
                    let number = Int(rest[rest.index(rest.startIndex, offsetBy: 2)..<end]) ?? 0
                    if rest[end] == "A" { lines.removeLast(min(number, lines.count - 1)) }
                    if rest[end] == "J" { lines[lines.count - 1] = "" }
                    rest = rest[rest.index(after: end)...]
                    continue
                }
                if character == "\n" { lines.append("") } else { lines[lines.count - 1].append(character) }
                rest = rest.dropFirst()
            }
        }
    }

    private func remediation(_ steps: [RemediationStep], names: [String]? = nil) -> Remediation {
        let items = steps.enumerated().map { index, step in
            var item = RemediationItem(
                path: NodePath(names?[index] ?? "rack\(index)/g")!, step: step, correction: "c", drains: [])
            if step == .done { item.outcome = .corrected }
            return item
        }
        return Remediation(
            id: "r", plan: Plan(items: [], blocked: [], madeAt: .distantPast), state: .running, items: items,
            requestedBy: "t", startedAt: .distantPast, rollout: Rollout(canary: 1, parallel: 3))
    }

    private func terminal() -> Terminal { Terminal(environment: ["NO_COLOR": "1"]) }

    @Test("names a wave that is watched once")
    func watched() {
        var (live, screen) = (LiveProgress(terminal()), Screen())
        var watched = remediation([.done, .waiting])
        watched.soak = Soak(wave: 0, since: .distantPast)
        watched.sentence = "wave 1 of 2 is watched"
        screen.write(live.show(watched, size: (columns: 80, rows: 24)))
        #expect(screen.lines.dropFirst() == ["1 of 2 corrected, wave 1 of 2 is watched", ""])
    }

    @Test("has a line for each guest in motion and a summary; what has ended stays above, once")
    func block() throws {
        var (live, screen) = (LiveProgress(terminal()), Screen())
        let size = (columns: 80, rows: 24)
        let path = try #require(NodePath("rack0/g"))
        screen.write(live.show(remediation([.reading, .waiting, .waiting]), told: (path, "looks"), size: size))
        #expect(screen.lines == ["  rack0/g: looks", "0 of 3 corrected, 1 in motion, wave 1 of 2", ""])
        screen.write(live.show(remediation([.done, .correcting, .reading]), size: size))
        screen.write(live.show(remediation([.done, .verifying, .done]), size: size))
        #expect(
            screen.lines == [
                "  rack0/g: corrected", "  rack2/g: corrected", "  rack1/g: verifying",
                "2 of 3 corrected, 1 in motion, wave 1 of 2", "",
            ])
        screen.write(live.end())
        #expect(screen.lines == ["  rack0/g: corrected", "  rack2/g: corrected", ""])
    }

    @Test("never has a line that wraps, nor more lines than the terminal")
    func fits() {
        var live = LiveProgress(terminal())
        let names = (0..<9).map { "rack\($0)/" + String(repeating: "界", count: 30) }
        let text = live.show(
            remediation(Array(repeating: .correcting, count: 9), names: names), size: (columns: 40, rows: 6))
        let lines = text.split(separator: "\n")
        #expect(lines.count == 4 && lines[2] == "  and 7 more in motion", "\(lines)")
        for line in lines {
            #expect(line.unicodeScalars.reduce(0) { $0 + ($1.isASCII || $1 == "…" ? 1 : 2) } < 40, "\(line)")
        }
    }
}
