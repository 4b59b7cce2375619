namespace Endoscope.Kubernetes.Authentication;

/// <summary>What took the place of the auth providers that clients once had built in. Pure.</summary>
internal static class RemovedAuthProvider
{
    /// <summary>What to do instead.</summary>
    /// <param name="provider">The <c>name</c> of an <c>auth-provider</c> entry.</param>
    public static string Successor(string provider) => provider switch
    {
        "oidc" => "use the credential plugin kubelogin instead: an exec entry with the command 'kubectl-oidc_login' and the argument 'get-token' (https://github.com/int128/kubelogin)",
        "gcp" => "use the credential plugin gke-gcloud-auth-plugin instead: gcloud container clusters get-credentials writes its exec entry",
        "azure" => "use the credential plugin kubelogin of Azure instead: kubelogin convert-kubeconfig writes its exec entry (https://azure.github.io/kubelogin)",
        "openstack" => "use the credential plugin client-keystone-auth of cloud-provider-openstack instead, by an exec entry",
        _ => "use the provider's credential plugin instead, by an exec entry in place of auth-provider",
    };
}
