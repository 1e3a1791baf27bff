using OAuthServer.Pages.Views;
using OAuthServer.Pages.Views.Operators;
using OAuthServer.Protocol;

namespace OAuthServer.Pages;

/// <summary>The pages of the operators' site.</summary>
internal sealed class OperatorPages(PageRenderer renderer)
{
    /// <summary>A page of somebody who is signed in.</summary>
    /// <param name="view">What it shows.</param>
    /// <param name="token">Ties its forms to the sign-in.</param>
    /// <param name="refusal">What it refuses; null for nothing.</param>
    public IResult Of<TPage, TView>(TView view, FormToken token, OAuthError? refusal = null)
        where TPage : Page<TView>
        where TView : OperatorView => new SitePage(renderer, typeof(TPage), view, token, refusal);

    /// <summary>A message and a way on, for whoever it is.</summary>
    /// <param name="name">As the texts begin: the title, and what it means.</param>
    /// <param name="link">The text of the link.</param>
    /// <param name="url">Where it leads.</param>
    /// <param name="refusal">What it refuses; null for nothing.</param>
    public IResult Message(string name, string link, string url, OAuthError? refusal)
    {
        var view = new MessageView(
            new($"Operators.Message.{name}Title"),
            new($"Operators.Message.{name}Text"),
            new($"Operators.Message.{link}"),
            url);
        return new SitePage(renderer, typeof(MessagePage), view, null, refusal);
    }

    private sealed class SitePage(PageRenderer renderer, Type page, object view, FormToken? token, OAuthError? refusal)
        : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var result = new PageResult(renderer)
            {
                Page = page,
                View = view,
                Status = refusal?.Status ?? StatusCodes.Status200OK,
                Refusal = refusal,
            };
            return renderer.WriteAsync(httpContext, result, token);
        }
    }
}
