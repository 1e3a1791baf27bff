using Microsoft.AspNetCore.Components;

namespace OAuthServer.Pages;

/// <summary>
/// Makes the components of pages, which take nothing by their constructors. The framework's own activator compiles an
/// expression tree for each: time for the first page of each kind, and some megabytes.
/// </summary>
internal sealed class PageActivator : IComponentActivator
{
    public IComponent CreateInstance(Type componentType) => (IComponent)Activator.CreateInstance(componentType)!;
}
