import FoundationEssentials
import NestingModel
import Testing

/// What a finding keeps from one evaluation to the next.
@Suite struct FindingOverTimeTests {
    private let day = Date(timeIntervalSince1970: 1_800_000_000)

    private func finding(desired: String = "exposed", at time: TimeInterval = 0) throws -> Finding {
        Finding(
            kind: .drift, path: try #require(NodePath("r/a")), setting: .exposure, desired: desired,
            observed: "hidden", severity: .medium, policy: "p", sentence: "s", remedy: "",
            firstSeen: day.addingTimeInterval(time), lastSeen: day.addingTimeInterval(time))
    }

    @Test("A document from before findings had a past still reads")
    func oldDocument() throws {
        let text = """
            {"cause":"corrective","correctable":true,"desired":"exposed","firstSeen":"2026-01-01T00:00:00Z",
            "id":"drift:r/a:exposure","kind":"drift","lastSeen":"2026-01-02T00:00:00Z","mode":"propose",
            "observed":"hidden","path":"r/a","policy":"p","remedy":"","sentence":"s","setting":"exposure",
            "severity":"medium","state":"open"}
            """
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        let old = try decoder.decode(Finding.self, from: Data(text.utf8))
        #expect(old.recurrence == nil && old.acknowledgement == nil && old.contest == nil)
        #expect(old.countsAsDrift)
    }

    @Test("One that opens again keeps its first day, and counts how often it did")
    func reopens() throws {
        var earlier = try finding()
        earlier.state = .resolved
        earlier.lastSeen = day.addingTimeInterval(10)
        var again = try finding(at: 20).reopened(after: earlier)
        #expect(again.firstSeen == day)
        #expect(
            again.recurrence
                == FindingRecurrence(
                    times: 1, lastResolved: day.addingTimeInterval(10), openedAgain: day.addingTimeInterval(20)))
        again.state = .resolved
        again.lastSeen = day.addingTimeInterval(30)
        #expect(try finding(at: 40).reopened(after: again).recurrence?.times == 2)
    }

    @Test("One that an exemption holds is no drift, neither regressed nor contested, and keeps both for later")
    func exempted() throws {
        var earlier = try finding()
        earlier.recurrence = FindingRecurrence(times: 2, lastResolved: day, openedAgain: day)
        earlier.contest = FindingContest(since: day, corrections: [])
        earlier.acknowledgement = FindingAcknowledgement(by: "alice", at: day, note: "n")
        var held = try finding(at: 10)
        held.state = .exempted
        held.carry(from: earlier, at: day)
        #expect(!held.countsAsDrift && !held.isRegressed && !held.isContested)
        #expect(held.acknowledgement == nil)
        var open = try finding(at: 20)
        open.carry(from: held, at: day)
        #expect(open.countsAsDrift && open.isRegressed && open.isContested)
        #expect(open.recurrence?.times == 2)
    }

    @Test("What a person said holds until its time is over or the policy wants something else")
    func acknowledged() throws {
        var earlier = try finding()
        earlier.acknowledgement = FindingAcknowledgement(
            by: "alice", at: day, note: "n", until: day.addingTimeInterval(100))
        #expect(!earlier.countsAsDrift)
        var now = try finding(at: 50)
        now.carry(from: earlier, at: day.addingTimeInterval(50))
        #expect(now.acknowledgement?.by == "alice")
        var late = try finding(at: 100)
        late.carry(from: earlier, at: day.addingTimeInterval(100))
        #expect(late.acknowledgement == nil)
        #expect(late.countsAsDrift)
        var other = try finding(desired: "hidden", at: 50)
        other.carry(from: earlier, at: day.addingTimeInterval(50))
        #expect(other.acknowledgement == nil)
    }

    @Test("A contest outlives a pause of the other tool, and not another wish of the policy")
    func contested() throws {
        var earlier = try finding()
        earlier.contest = FindingContest(since: day, corrections: [])
        earlier.state = .resolved
        #expect(try finding(at: 5).reopened(after: earlier).contest == earlier.contest)
        #expect(try finding(desired: "hidden", at: 5).reopened(after: earlier).contest == nil)
    }

    @Test("A suggestion is no drift")
    func suggestion() throws {
        var suggestion = try finding()
        suggestion.kind = .unusedExposure
        #expect(!suggestion.countsAsDrift)
    }
}
