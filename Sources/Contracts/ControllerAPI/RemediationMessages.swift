package import FoundationEssentials
package import NestingModel

package struct PlanAnswer: Codable, Sendable, Hashable, FreezeReminder {
    package var plan: Plan
    /// What `RemediateRequest` must carry: it changes with anything that the plan would do.
    package var digest: String
    package var freeze: Freeze?
    package var freezes: [Freeze]?
    /// How its items follow one another where the request says nothing else.
    package var rollout: Rollout?
    /// Items that can't start at once.
    package var waiting: [PlanWait]?

    package init(
        plan: Plan, digest: String, freezes: [Freeze], rollout: Rollout? = nil, waiting: [PlanWait]? = nil
    ) {
        self.plan = plan
        self.digest = digest
        self.freeze = freezes.first
        self.freezes = freezes.isEmpty ? nil : freezes
        self.rollout = rollout
        self.waiting = waiting
    }
}

/// Why an item of a plan does not start at once.
package struct PlanWait: Codable, Sendable, Hashable {
    package var path: NodePath
    /// When it may start; nil where no window is long enough.
    package var until: Date?
    package var sentence: String

    package init(path: NodePath, until: Date?, sentence: String) {
        self.path = path
        self.until = until
        self.sentence = sentence
    }
}

/// Runs the plan that somebody saw.
package struct RemediateRequest: Codable, Sendable, Hashable {
    package var selection: Selection
    package var digest: String
    /// What is to be otherwise than nestord's settings have it.
    package var rollout: RolloutWish?
    /// True: whatever the maintenance windows and blackouts say; that is recorded by itself. A freeze holds all the
    /// same.
    package var now: Bool?

    package init(selection: Selection, digest: String, rollout: RolloutWish? = nil, now: Bool? = nil) {
        self.selection = selection
        self.digest = digest
        self.rollout = rollout
        self.now = now
    }
}

/// Sets back what a remediation changed, by the plan that somebody saw.
package struct RollbackRequest: Codable, Sendable, Hashable {
    package var id: String
    package var digest: String
    package var rollout: RolloutWish?
    /// As `RemediateRequest.now`.
    package var now: Bool?

    package init(id: String, digest: String, rollout: RolloutWish? = nil, now: Bool? = nil) {
        self.id = id
        self.digest = digest
        self.rollout = rollout
        self.now = now
    }
}

/// How one remediation's items are to follow one another; nil leaves what the settings say.
package struct RolloutWish: Codable, Sendable, Hashable {
    package var canary: Int?
    package var wave: Portion?
    package var soakSeconds: Int?
    package var maxFailures: Portion?
    package var parallel: Int?
    package var parallelPer: [String: Int]?

    package init(
        canary: Int? = nil, wave: Portion? = nil, soakSeconds: Int? = nil, maxFailures: Portion? = nil,
        parallel: Int? = nil, parallelPer: [String: Int]? = nil
    ) {
        self.canary = canary
        self.wave = wave
        self.soakSeconds = soakSeconds
        self.maxFailures = maxFailures
        self.parallel = parallel
        self.parallelPer = parallelPer
    }

    /// - Throws: `rollout-invalid`, which names the value and what it may be.
    package func over(_ settings: Rollout) throws(APIError) -> Rollout {
        try check("canary", canary, 0...100_000)
        try check("soak", soakSeconds, 0...604_800)
        try check("parallel", parallel, 1...1_000)
        for (label, limit) in parallelPer ?? [:] { try check("parallel-per \(label)", limit, 1...1_000) }
        if case .count(let count) = wave { try check("wave", count, 1...100_000) }
        if case .percent(let percent) = wave { try check("wave", percent, 1...100) }
        return Rollout(
            canary: canary ?? settings.canary, wave: wave ?? settings.wave,
            soakSeconds: soakSeconds ?? settings.soakSeconds, maxFailures: maxFailures ?? settings.maxFailures,
            parallel: parallel ?? settings.parallel, parallelPer: parallelPer ?? settings.parallelPer)
    }

    private func check(_ name: String, _ value: Int?, _ range: ClosedRange<Int>) throws(APIError) {
        guard let value, !range.contains(value) else { return }
        throw APIError(
            code: "rollout-invalid", sentence: "\(name) is \(value)",
            remedy: "give a number from \(range.lowerBound) to \(range.upperBound)")
    }
}
