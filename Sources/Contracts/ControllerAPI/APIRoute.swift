/// The places of the API. A path of the nesting tree travels in the query (`?path=rack7/build-l1`). What a query or a
/// body names and the place does not take is refused (`query-invalid`, `body-invalid`).
package enum APIRoute: String, Sendable, CaseIterable {
    /// GET → `StatusAnswer`.
    case status = "/v1/status"
    /// GET → `HostPage`, `?limit=` on it, and `?after=` with the `next` of the page before; POST `EnrolRequest` → `HostRow`; DELETE `?path=` `RemoveRequest` → `RemoveAnswer`.
    case hosts = "/v1/hosts"
    /// GET `?path=` → `HostView`.
    case host = "/v1/host"
    /// POST `HostKeyRequest` → `OfferedHostKey`.
    case hostKey = "/v1/host-key"
    /// POST `CheckRequest` → `CheckAnswer`: reads the host now, hop by hop.
    case hostCheck = "/v1/host/check"
    /// POST `SweepRequest` → `[HostRow]`: reads hosts now.
    case sweep = "/v1/sweep"
    /// POST `UpgradeRequest` → `[UpgradeRow]`.
    case agentUpgrade = "/v1/agents/upgrade"
    /// GET → `TreePage`: `?path=`, as often as wanted, for these nodes with all below them; else whole trees by path,
    /// `?after=` with the `next` of the page before, until there are `?limit=` nodes; `?lines=true` → these without
    /// findings, each root's JSON on a line, and behind them a `PageEnd`.
    case tree = "/v1/tree"
    /// GET → `FindingPage`; `?path=`, as often as wanted, for these subtrees, `?resolved=true` also those that ended,
    /// `?exempted=true` those that an exemption holds, instead of the open ones; `?limit=` on a page, and `?after=` with
    /// the `next` of the page before; `?lines=true` → each finding's JSON on a line, and behind them a `PageEnd`.
    case findings = "/v1/findings"
    /// POST `Selection` → `PlanAnswer`.
    case plan = "/v1/plan"
    /// GET → `[Remediation]`, newest first; POST `RemediateRequest` → `Remediation`, which then runs.
    case remediations = "/v1/remediations"
    /// GET `?id=` → `Remediation`.
    case remediation = "/v1/remediation"
    /// POST `?id=` → `Remediation`.
    case resume = "/v1/remediation/resume"
    /// POST `?id=` → `Remediation`.
    case pause = "/v1/remediation/pause"
    /// POST `?id=` → `Remediation`.
    case abort = "/v1/remediation/abort"
    /// GET `?id=` → `PlanAnswer`, of what would be set back; POST `RollbackRequest` → `Remediation`, which then runs.
    case rollback = "/v1/remediation/rollback"
    /// GET → `[ChangeRequest]`, newest first; POST `ChangeDraft` → `ChangeRequest`.
    case changes = "/v1/changes"
    /// GET `?id=` → `ChangeRequest`; POST `ChangeWord` → `ChangeRequest`, which runs where it was approved.
    case change = "/v1/change"
    /// GET → `WindowsAnswer`; POST `ApplyRequest` → `ApplyAnswer`.
    case windows = "/v1/windows"
    /// GET → [`Freeze`], POST `FreezeRequest` → `Freeze`, DELETE `?id=`, or `?all=true` → [`Freeze`], those that ended;
    /// without either the only one that stands.
    case freeze = "/v1/freeze"
    /// GET → `PoliciesAnswer`; POST `ApplyRequest` → `ApplyAnswer`.
    case policies = "/v1/policies"
    /// POST `ApplyRequest` → `PreviewAnswer`, or GET `?revision=` of what was then; changes nothing.
    /// `?limit=` has so many of each kind told, and how many there are.
    case preview = "/v1/policies/preview"
    /// GET `?path=` → `PolicyExplanation`: for each setting who decides, who lost and why.
    case policyExplanation = "/v1/policies/explain"
    /// GET → `[PolicyRevisionRow]`, newest first; `?limit=`.
    case policyHistory = "/v1/policies/history"
    /// GET `?revision=` → `PoliciesAnswer` as it was then.
    case policyRevision = "/v1/policies/revision"
    /// GET → `PolicyFileAnswer`: the newest policies and exemptions as one file; `?revision=` for those of another one.
    case policyExport = "/v1/policies/export"
    /// GET `?from=` → `PolicyDifference` up to now; `?to=` for another end.
    case policyDifference = "/v1/policies/diff"
    /// GET `?path=` → `PolicyFileAnswer`: a policy of what this node has.
    case policyFrom = "/v1/policies/from"
    /// GET → the JSON Schema of policy files.
    case policySchema = "/v1/policies/schema"
    /// POST `PolicyRollbackRequest` → `ApplyAnswer`.
    case policyRollback = "/v1/policies/rollback"
    /// GET → `FleetAnswer`; POST `ApplyRequest` → `FleetApplyAnswer`.
    case fleet = "/v1/fleet"
    /// POST → `DriftReport`: reads every host, then reports.
    case report = "/v1/report"
    /// GET → an event stream of `ProgressEvent`; `?operation=` or `?remediation=` for one of them.
    case events = "/v1/events"
    /// GET → `[AuditRecord]`, newest first; `?actor=`, `action`, `subject`, `since`, `until` and `limit` as `AuditQuery`
    /// has them.
    case audit = "/v1/audit"
    /// GET → `AuditVerification`; `?expect=` for a head that was anchored outside.
    case auditVerify = "/v1/audit/verify"
    /// POST `AcknowledgeRequest` → `Finding`; DELETE `?finding=` → `Finding`.
    case acknowledgement = "/v1/findings/acknowledgement"
    /// POST `SettleRequest` → `Finding`.
    case settlement = "/v1/findings/settlement"
    /// POST `AdoptRequest` → `AdoptAnswer`: the policy change under which a finding would close; changes nothing.
    case adoption = "/v1/findings/adoption"
    /// GET `?path=` → `[HistoryEntry]`, newest first; `?since=` and `?limit=`.
    case history = "/v1/history"
    /// GET → `ReportsAnswer`; POST `ApplyRequest` → `ApplyAnswer`: the scheduled reports.
    case reports = "/v1/reports"
    /// GET `?name=` → `[ReportRunSummary]`, newest first; POST `?name=` → `ReportRunSummary`: reads every host, runs the
    /// report now and sends it.
    case reportRuns = "/v1/reports/runs"
    /// GET `?name=`, `?run=` (number or id; the newest without), `?format=` → the report in that format; JSON without.
    case reportRun = "/v1/reports/run"
    /// GET `?name=`, `?from=`, `?to=` → `ReportDifference`; without the two, the newest against the one before it.
    case reportDifference = "/v1/reports/difference"
}

/// An answer without content.
package struct Empty: Codable, Sendable, Hashable {
    package init() {}
}
