import ControllerAPI
import NestingModel
import NestingPolicy

/// Counts who is as the policies want. A node is out of line for a policy by an open finding of that policy; it can't
/// be told where the finding is stale or says that a fact is unknown, or where the report that it rests on is not of
/// now. Out of line wins over what can't be told, and both over in line. An exempted finding counts as an open one: leave
/// them out to count after exemptions.
struct ComplianceCount {
    private(set) var table = ComplianceTable()

    fileprivate enum Standing: Int, Comparable {
        case inLine, unknown, outOfLine

        static func < (left: Standing, right: Standing) -> Bool { left.rawValue < right.rawValue }
    }

    private struct Place: Hashable {
        var path: NodePath
        var policy: String
    }

    init(_ subjects: [PolicySubject], findings: [Finding]) {
        var standings: [Place: Standing] = [:]
        /// An exempted one stays so where its host falls silent.
        var held: Set<Place> = []
        for finding in findings {
            guard let policy = finding.policy else { continue }
            let isKnown = finding.state == .open && finding.kind != .unreadable
            let place = Place(path: finding.path, policy: policy)
            if finding.state == .exempted, finding.kind != .unreadable {
                held.insert(place)
                continue
            }
            standings[place] = max(standings[place] ?? .inLine, isKnown ? .outOfLine : .unknown)
        }
        var policies: [String: ComplianceShare] = [:]
        var levels: [Int: ComplianceShare] = [:]
        for subject in subjects {
            var whole = Standing.inLine
            for policy in subject.policies {
                let floor: Standing = subject.unread.contains(policy) ? .unknown : .inLine
                let place = Place(path: subject.path, policy: policy)
                let isHeld = held.contains(place) && floor == .inLine
                let standing = max(standings[place] ?? .inLine, isHeld ? .outOfLine : floor)
                policies[policy, default: ComplianceShare()].count(standing)
                whole = max(whole, standing)
            }
            levels[subject.path.level, default: ComplianceShare()].count(whole)
            table.all.count(whole)
        }
        table.policies = policies.sorted { $0.key < $1.key }.map { PolicyCompliance(policy: $0.key, share: $0.value) }
        table.levels = levels.sorted { $0.key < $1.key }.map { LevelCompliance(level: $0.key, share: $0.value) }
    }
}

extension ComplianceShare {
    fileprivate mutating func count(_ standing: ComplianceCount.Standing) {
        switch standing {
        case .inLine: inLine += 1
        case .unknown: unknown += 1
        case .outOfLine: outOfLine += 1
        }
    }
}
