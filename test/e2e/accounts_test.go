package e2e

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	authorizationclient "k8s.io/client-go/kubernetes/typed/authorization/v1"
	rbacclient "k8s.io/client-go/kubernetes/typed/rbac/v1"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// accounts makes ServiceAccounts with roles, each with a token of its own.
type accounts struct {
	world *world
	made  atomic.Int64
	mu    sync.Mutex // several are made at the same time
}

// prefix is what the names of the script's users begin with.
func (a *accounts) prefix() string { return "system:serviceaccount:" + a.world.namespace + ":" }

// make makes an account that may do what the parts allow, waits until that
// counts, and writes its kubeconfig. It returns the user's name.
func (a *accounts) make(parts []part, kubeconfig string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	w := a.world
	name := fmt.Sprintf("user-%d", a.made.Add(1))
	client, err := rbacclient.NewForConfig(w.cluster.Config)
	if err != nil {
		return "", err
	}
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if _, err := w.core.ServiceAccounts(w.namespace).Create(ctx, account, metav1.CreateOptions{}); err != nil {
		return "", err
	}
	for i, p := range parts {
		if err := a.bind(ctx, client, fmt.Sprintf("%s-%d", name, i), name, p); err != nil {
			return "", err
		}
	}
	for _, p := range parts {
		if err := a.counts(ctx, name, p); err != nil {
			return "", fmt.Errorf("%s %s: %w", p.kind, p.name, err)
		}
	}
	return a.prefix() + name, a.writeKubeconfig(ctx, name, kubeconfig)
}

// bind makes a part under another name, for several lack something else at the
// same time, and binds it.
func (a *accounts) bind(ctx context.Context, client *rbacclient.RbacV1Client, name, account string, p part) error {
	namespace, opts := a.world.namespace, metav1.CreateOptions{}
	subjects := []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: account}}
	if p.kind == "Role" {
		meta := metav1.ObjectMeta{Name: name}
		if _, err := client.Roles(namespace).Create(ctx, &rbacv1.Role{ObjectMeta: meta, Rules: p.rules}, opts); err != nil {
			return err
		}
		_, err := client.RoleBindings(namespace).Create(ctx, &rbacv1.RoleBinding{
			ObjectMeta: meta, Subjects: subjects, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: p.kind, Name: name},
		}, opts)
		return err
	}
	meta := metav1.ObjectMeta{Name: namespace + "-" + name}
	a.mu.Lock()
	a.world.afterwards = append(a.world.afterwards, func(ctx context.Context) {
		_ = client.ClusterRoleBindings().Delete(ctx, meta.Name, metav1.DeleteOptions{})
		_ = client.ClusterRoles().Delete(ctx, meta.Name, metav1.DeleteOptions{})
	})
	a.mu.Unlock()
	if _, err := client.ClusterRoles().Create(ctx, &rbacv1.ClusterRole{ObjectMeta: meta, Rules: p.rules}, opts); err != nil {
		return err
	}
	_, err := client.ClusterRoleBindings().Create(ctx, &rbacv1.ClusterRoleBinding{
		ObjectMeta: meta, Subjects: subjects, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: p.kind, Name: meta.Name},
	}, opts)
	return err
}

// counts waits until the API server has learned of a part and its binding.
func (a *accounts) counts(ctx context.Context, account string, p part) error {
	if len(p.rules) == 0 {
		return nil
	}
	client, err := authorizationclient.NewForConfig(a.world.cluster.Config)
	if err != nil {
		return err
	}
	rule := p.rules[0]
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: a.prefix() + account,
		ResourceAttributes: &authorizationv1.ResourceAttributes{
			Verb: rule.Verbs[0], Group: rule.APIGroups[0], Resource: rule.Resources[0],
		},
	}}
	if p.kind == "Role" {
		review.Spec.ResourceAttributes.Namespace = a.world.namespace
	}
	return wait.PollUntilContextCancel(ctx, 20*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		answer, err := client.SubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
		return err == nil && answer.Status.Allowed, err
	})
}

// writeKubeconfig makes a kubeconfig that has nothing but the account's token.
func (a *accounts) writeKubeconfig(ctx context.Context, account, file string) error {
	token, err := a.world.core.ServiceAccounts(a.world.namespace).CreateToken(ctx, account,
		&authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	config, err := clientcmd.LoadFromFile(a.world.cluster.Kubeconfig)
	if err != nil {
		return err
	}
	here := config.Contexts[config.CurrentContext]
	here.Namespace = a.world.namespace
	config.AuthInfos = map[string]*api.AuthInfo{here.AuthInfo: {Token: token.Status.Token}}
	return clientcmd.WriteToFile(*config, file)
}
