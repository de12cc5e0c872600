import CommandLineTable
import ControllerAPI
import FoundationEssentials
import NestingModel

func tree(_ context: CommandContext) async throws(CLIFailure) -> Int32 {
    let paths = try context.paths()
    // A tree is whole or not there at all, so that this is where the last one begins.
    let limit = try context.limit() ?? (context.wantsJSON ? 0 : TreePage.usual)
    var list = context.wantsJSON ? JSONList(context.terminal, begin: "{\n\"roots\" : ", end: "\n}") : nil
    var (shown, page) = (0, TreePage(tree: NestingTree(roots: []), findings: []))
    repeat {
        let size = limit == 0 ? TreePage.usual : min(limit - shown, TreePage.usual)
        page = try await context.client.get(
            .tree,
            paths.map { (name: "path", value: $0.description) } + [("limit", "\(size)")]
                + (page.next.map { [("after", $0.description)] } ?? []))
        shown += page.tree.roots.reduce(0) { $0 + $1.count }
        if list == nil, shown > 0 {
            context.terminal.print(
                TreeText(terminal: context.terminal, findings: page.findings).lines(page.tree).joined(separator: "\n"))
        }
        try list?.add(page.tree.roots)
    } while page.next != nil && (limit == 0 || shown < limit)
    if let list {
        list.close()
    } else if shown == 0 {
        context.terminal.print("no hosts yet; nestor host enrol NAME --address ADDRESS adds one")
    } else if page.next != nil {
        context.terminal.print(
            "\n\(page.more) more host\(page.more == 1 ? "" : "s") with what is inside; --limit 0 shows all, and "
                + "'nestor tree PATH' one place")
    }
    return ExitCode.inLine
}

extension TreeNode {
    /// With all that is below it.
    fileprivate var count: Int { children.reduce(1) { $0 + $1.count } }
}
