using k8s;
using k8s.Models;
using YamlDotNet.RepresentationModel;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>
/// The manifests of <c>deploy/kubernetes</c>, read strictly into the types of the Kubernetes client: a misspelt member
/// is a fault. What belongs together names each other.
/// </summary>
public sealed class KubernetesTests
{
    private static readonly string Folder = Path.Combine(MarkdownPage.Root, "deploy", "kubernetes");

    private readonly List<object> _objects =
        [.. Resources().SelectMany(
            file => KubernetesYaml.LoadAllFromString(File.ReadAllText(Path.Combine(Folder, file)), strict: true))];

    [Fact]
    public void Every_manifest_is_listed_and_read()
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Folder, "*.yaml")
                .Select(file => Path.GetFileName(file)!)
                .Where(file => file != "kustomization.yaml")
                .Order(StringComparer.Ordinal),
        ];
        Assert.Equal(files, Resources().Order(StringComparer.Ordinal));
        Assert.Equal(files.Length, _objects.Count);
    }

    [Fact]
    public void The_service_and_the_disruption_budget_find_the_pods_of_the_deployment_alone()
    {
        var labels = One<V1Deployment>().Spec.Template.Metadata.Labels;
        Assert.Equal(One<V1Deployment>().Spec.Selector.MatchLabels, labels);
        foreach (var selector in (IDictionary<string, string>[])
            [One<V1Service>().Spec.Selector, One<V1PodDisruptionBudget>().Spec.Selector.MatchLabels])
        {
            Assert.All(selector, label => Assert.Equal(label.Value, labels[label.Key]));
            Assert.Contains(selector, label => One<V1Job>().Spec.Template.Metadata.Labels[label.Key] != label.Value);
        }

        Assert.Equal(
            ("1", 2), (One<V1PodDisruptionBudget>().Spec.MinAvailable.Value, One<V1Deployment>().Spec.Replicas));
    }

    [Fact]
    public void Pods_have_no_rights_and_write_to_no_file_system()
    {
        foreach (var pod in (V1PodSpec[])[One<V1Deployment>().Spec.Template.Spec, One<V1Job>().Spec.Template.Spec])
        {
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.Null(pod.Volumes);
            var inside = Assert.Single(pod.Containers).SecurityContext;
            Assert.True(inside.ReadOnlyRootFilesystem);
            Assert.False(inside.AllowPrivilegeEscalation);
            Assert.Equal(["ALL"], inside.Capabilities.Drop);
        }
    }

    [Fact]
    public void Probes_ask_for_what_the_server_answers_and_a_pod_has_time_to_end()
    {
        var pod = One<V1Deployment>().Spec.Template.Spec;
        var server = Assert.Single(pod.Containers);
        Assert.Equal(
            ["/health/live", "/health/live", "/health/ready"],
            new[] { server.StartupProbe, server.LivenessProbe, server.ReadinessProbe }
                .Select(probe => probe.HttpGet.Path));
        Assert.Equal("http", Assert.Single(One<V1Service>().Spec.Ports).TargetPort.Value);
        Assert.Equal(8080, Assert.Single(server.Ports).ContainerPort);
        Assert.True(pod.TerminationGracePeriodSeconds > 25);
        Assert.Equal(["migrate"], Assert.Single(One<V1Job>().Spec.Template.Spec.Containers).Args);
    }

    [Fact]
    public void The_server_and_the_migration_connect_as_two_roles_by_one_secret()
    {
        var server = Connection(One<V1Deployment>().Spec.Template.Spec);
        var migration = Connection(One<V1Job>().Spec.Template.Spec);
        Assert.Equal(("server", "owner"), (server.Key, migration.Key));
        Assert.Equal(server.Name, migration.Name);
        var page = MarkdownPage.Read("docs/install.md").Text;
        Assert.Contains($"create secret generic {server.Name} ", page, StringComparison.Ordinal);

        static V1SecretKeySelector Connection(V1PodSpec pod) => Assert.Single(
            Assert.Single(pod.Containers).Env,
            one => one.Name == "ConnectionStrings__OAuthServer").ValueFrom.SecretKeyRef;
    }

    [Fact]
    public void A_misspelt_member_is_a_fault() => Assert.ThrowsAny<Exception>(() => KubernetesYaml.LoadAllFromString(
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selectors: {a: b}}", strict: true));

    private static string[] Resources()
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(File.ReadAllText(Path.Combine(Folder, "kustomization.yaml"))));
        var resources = (YamlSequenceNode)stream.Documents[0].RootNode["resources"];
        return [.. resources.Children.Select(node => ((YamlScalarNode)node).Value!)];
    }

    private T One<T>() => Assert.Single(_objects.OfType<T>());
}
