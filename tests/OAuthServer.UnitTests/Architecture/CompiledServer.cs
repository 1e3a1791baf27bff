using System.Runtime.CompilerServices;
using Mono.Cecil;

namespace OAuthServer.UnitTests.Architecture;

/// <summary>The compiled server with its debug symbols, and its source beside it.</summary>
internal sealed class CompiledServer : IDisposable
{
    private readonly AssemblyDefinition _assembly = AssemblyDefinition.ReadAssembly(
        typeof(OAuthServer.Hosting.ServerHost).Assembly.Location, new ReaderParameters { ReadSymbols = true });

    /// <summary>Where the source of the server stands.</summary>
    public static string SourceFolder { get; } = Path.Combine(Root(AppContext.BaseDirectory), "src");

    /// <summary>Every type that somebody wrote, nested ones too; those that the compiler made are left out.</summary>
    public IEnumerable<TypeDefinition> WrittenTypes => _assembly.MainModule.GetTypes().Where(type =>
        type.FullName.StartsWith("OAuthServer.", StringComparison.Ordinal) && !IsGenerated(type));

    /// <summary>Every type, with those that the compiler made for lambdas and async methods.</summary>
    public IEnumerable<TypeDefinition> AllTypes => _assembly.MainModule.GetTypes();

    /// <summary>Every file of C# and of pages that somebody wrote, by its path below src.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<string> Lines)> SourceFiles()
    {
        var files = FilesBelow(SourceFolder, "").ToList();
        Assert.True(files.Count > 100, "The source was not found.");
        return files;
    }

    /// <summary>Every file of C# and of pages that somebody wrote, by its path: tests, samples and bench too.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<string> Lines)> WrittenFiles() =>
        ((string[])["src", "tests", "samples", "bench"])
            .SelectMany(folder => FilesBelow(Root(AppContext.BaseDirectory), folder)).ToList();

    /// <summary>True for what stands in a folder of src; what a tool writes does not.</summary>
    public static bool IsSource(string file) =>
        Path.GetExtension(file) is ".cs" or ".razor"
        && !file.Split('/', '\\').Any(part => part is "bin" or "obj" or "CompiledModel");

    /// <summary>The namespace that a type is written in, also when it is nested.</summary>
    public static string NamespaceOf(TypeReference type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return type.Namespace;
    }

    /// <summary>
    /// Every type that a type names anywhere: in signatures, bodies, attributes and generic arguments.
    /// </summary>
    public static IEnumerable<TypeReference> ReferencesOf(TypeDefinition type)
    {
        IEnumerable<TypeReference?> direct =
        [
            type.BaseType,
            .. type.Interfaces.Select(i => i.InterfaceType),
            .. type.Fields.Select(f => f.FieldType),
            .. type.Properties.Select(p => p.PropertyType),
            .. type.GenericParameters.SelectMany(g => g.Constraints).Select(c => c.ConstraintType),
            .. AttributesOf(type),
            .. type.Methods.SelectMany(ReferencesOf),
        ];
        return direct.OfType<TypeReference>().SelectMany(Unwrap);
    }

    /// <inheritdoc/>
    public void Dispose() => _assembly.Dispose();

    private static IEnumerable<(string Name, IReadOnlyList<string> Lines)> FilesBelow(string root, string folder) =>
        Directory.EnumerateFiles(Path.Combine(root, folder), "*.*", SearchOption.AllDirectories)
            .Where(IsSource)
            .Select(file => (Path.GetRelativePath(root, file), (IReadOnlyList<string>)File.ReadAllLines(file)));

    private static IEnumerable<TypeReference?> AttributesOf(ICustomAttributeProvider provider) =>
        provider.CustomAttributes.SelectMany(attribute => attribute.ConstructorArguments
            .Select(argument => argument.Value).OfType<TypeReference>().Append(attribute.AttributeType));

    private static IEnumerable<TypeReference?> ReferencesOf(MethodDefinition method)
    {
        yield return method.ReturnType;
        foreach (var parameter in method.Parameters) yield return parameter.ParameterType;
        foreach (var attribute in AttributesOf(method)) yield return attribute;
        if (!method.HasBody) yield break;
        foreach (var local in method.Body.Variables) yield return local.VariableType;
        foreach (var instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case TypeReference named:
                    yield return named;
                    break;
                case FieldReference field:
                    yield return field.DeclaringType;
                    yield return field.FieldType;
                    break;
                case MethodReference called:
                    yield return called.DeclaringType;
                    yield return called.ReturnType;
                    foreach (var parameter in called.Parameters) yield return parameter.ParameterType;
                    if (called is GenericInstanceMethod generic)
                        foreach (var argument in generic.GenericArguments) yield return argument;
                    break;
                default:
                    break;
            }
        }
    }

    private static IEnumerable<TypeReference> Unwrap(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Unwrap).Append(generic.ElementType),
        TypeSpecification wrapped => Unwrap(wrapped.ElementType),
        _ => [type],
    };

    private static bool IsGenerated(TypeDefinition type) =>
        type.Name.Contains('<', StringComparison.Ordinal) || (type.DeclaringType is { } outer && IsGenerated(outer))
        || type.CustomAttributes.Any(a => a.AttributeType.Name is nameof(CompilerGeneratedAttribute));

    private static string Root(string folder)
    {
        if (File.Exists(Path.Combine(folder, "OAuthServer.sln"))) return folder;
        var above = Path.GetDirectoryName(folder);
        return Root(above ?? throw new InvalidOperationException("The repository was not found above the tests."));
    }
}
