using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace QuicPair.Architecture;

/// <summary>
/// The shape budget of CONTRIBUTING.md. An exception is a line in <see cref="Exceptions"/>; five at the most.
/// </summary>
public sealed class ShapeTests
{
    private const int FunctionLines = 60;
    private const int FileLines = 400;
    private const int LineColumns = 120;
    private const int FolderFiles = 20;

    private static readonly string[] Exceptions = [];
    private static readonly string[] Suffixes = ["Manager", "Helper", "Util", "Utils", "Impl", "Base"];

    [Fact]
    public void At_most_five_exceptions() => Assert.InRange(Exceptions.Length, 0, 5);

    [Fact]
    public void Files_are_short() => None(Repository.Sources
        .Select(file => (file.Path, Lines: file.Text.Split('\n').Length))
        .Where(file => file.Lines > FileLines + 1)
        .Select(file => $"{file.Path}: {file.Lines} lines"));

    [Fact]
    public void Lines_are_narrow() => None(Repository.Sources.SelectMany(file => file.Text.Split('\n')
        .Select((line, index) => (line, index))
        .Where(at => at.line.TrimEnd('\r').Length > LineColumns)
        .Select(at => $"{file.Path}:{at.index + 1}: {at.line.Length} columns")));

    [Fact]
    public void Folders_are_small() => None(Repository.Sources
        .GroupBy(file => file.Folder)
        .Where(folder => folder.Count() > FolderFiles)
        .Select(folder => $"{folder.Key}: {folder.Count()} files"));

    [Fact]
    public void Functions_are_short() => None(Trees().SelectMany(tree => tree.Root.DescendantNodes()
        .Where(node => node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax
            or AccessorDeclarationSyntax)
        .Select(node => (node, Lines: LinesOf(node)))
        .Where(function => function.Lines > FunctionLines)
        .Select(function => $"{tree.Path}: {NameOf(function.node)} has {function.Lines} lines")));

    [Fact]
    public void A_file_holds_the_one_type_that_it_is_named_after() => None(Trees()
        .Where(tree => Path.GetFileName(tree.Path) != "Program.cs")
        .SelectMany(tree => TopLevel(tree.Root)
            .Where(type => Path.GetFileName(tree.Path).Split('.')[0] != NameOf(type))
            .Select(type => $"{tree.Path}: {NameOf(type)}")));

    [Fact]
    public void No_type_is_named_for_doing_everything() => None(Trees().SelectMany(tree => TopLevel(tree.Root)
        .Where(type => Suffixes.Any(suffix => NameOf(type).EndsWith(suffix, StringComparison.Ordinal)))
        .Select(type => $"{tree.Path}: {NameOf(type)}")));

    private static IEnumerable<(string Path, SyntaxNode Root)> Trees() => Repository.Sources.Select(file =>
        (file.Path, CSharpSyntaxTree.ParseText(file.Text, cancellationToken: TestContext.Current.CancellationToken)
            .GetRoot(TestContext.Current.CancellationToken)));

    private static IEnumerable<SyntaxNode> TopLevel(SyntaxNode root) => root.DescendantNodes()
        .Where(node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax
            && node.Parent is BaseNamespaceDeclarationSyntax or CompilationUnitSyntax);

    private static int LinesOf(SyntaxNode node)
    {
        var span = node.SyntaxTree.GetLineSpan(node.Span);
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static string NameOf(SyntaxNode node) => node switch
    {
        BaseTypeDeclarationSyntax type => type.Identifier.Text,
        DelegateDeclarationSyntax type => type.Identifier.Text,
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        _ => node.Kind().ToString(),
    };

    private static void None(IEnumerable<string> findings) =>
        Assert.DoesNotContain(findings, finding => !Exceptions.Any(name =>
            finding.StartsWith(name, StringComparison.Ordinal)));
}
