namespace OAuthServer.ResourceApi;
