using Microsoft.AspNetCore.Components;

namespace OAuthServer.Pages;

/// <summary>
/// Makes the components of pages, which take nothing by their constructors. For those that do, the framework's own
/// activator compiles an expression tree for each; that costs the first page of each kind its time, and the server
/// some megabytes.
/// </summary>
internal sealed class PageActivator : IComponentActivator
{
    public IComponent CreateInstance(Type componentType) => (IComponent)Activator.CreateInstance(componentType)!;
}
