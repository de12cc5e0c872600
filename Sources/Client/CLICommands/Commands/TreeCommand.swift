import CommandLineTable
import ControllerAPI
import FoundationEssentials
import NestingModel

func tree(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let paths = try context.paths()
    // A tree is whole or not there at all, so that this is where the last one begins.
    let limit = try context.limit() ?? (context.wantsJSON ? 0 : TreePage.usual)
    if context.wantsJSON { return try await printTree(paths, limit: limit, context) }
    var (shown, page) = (0, TreePage(tree: NestingTree(roots: []), findings: []))
    repeat {
        let size = limit == 0 ? TreePage.usual : min(limit - shown, TreePage.usual)
        page = try await context.client.get(
            .tree,
            paths.map { (name: "path", value: $0.description) } + [("limit", "\(size)")]
                + (page.next.map { [("after", $0.description)] } ?? []))
        shown += page.tree.roots.reduce(0) { $0 + $1.count }
        if shown > 0 {
            context.terminal.print(
                TreeText(terminal: context.terminal, findings: page.findings).lines(page.tree).joined(separator: "\n"))
        }
    } while page.next != nil && (limit == 0 || shown < limit)
    if shown == 0 {
        context.terminal.print("no hosts yet; nestor host enrol NAME --address ADDRESS adds one")
    } else if page.next != nil {
        context.terminal.print(
            "\n\(page.more) more host\(page.more == 1 ? "" : "s") with what is inside; --limit 0 shows all, and "
                + "'nestor tree PATH' one place")
    }
    return ExitCode.inLine
}

/// As JSON, of which nothing is read: a whole fleet is hundreds of megabytes.
/// - Parameter paths: none means all.
private func printTree(
    _ paths: [NodePath], limit: Int, _ context: CommandContext
) async throws(CLIFailure) -> Int32 {
    var list = JSONList(context.terminal, begin: "{\n\"roots\" : ", end: "\n}")
    if !paths.isEmpty {
        let page: TreePage = try await context.client.get(.tree, paths.map { (name: "path", value: $0.description) })
        try list.add(page.tree.roots)
    } else {
        var (taken, next) = (0, nil as String?)
        repeat {
            let size = limit == 0 ? PageEnd.usual : min(limit - taken, PageEnd.usual)
            let page = try await context.client.lines(
                .tree, [("limit", "\(size)")] + (next.map { [("after", $0)] } ?? []))
            for document in page.documents { list.add(document: document) }
            taken += page.end.taken
            next = page.end.next
        } while next != nil && (limit == 0 || taken < limit)
    }
    list.close()
    return ExitCode.inLine
}

extension TreeNode {
    /// With all that is below it.
    fileprivate var count: Int { children.reduce(1) { $0 + $1.count } }
}
