package savedset

import (
	"context"
	"maps"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
)

// A set whose manifest is not for everybody who reads ConfigMaps is in a Secret. The ConfigMap
// says so, and owns it: the garbage collector deletes it with that.

const secrets = "secrets"

// hide moves the manifests out of the ConfigMap into a Secret, nil where they stay in it.
func hide(kept saved.Set, config *corev1.ConfigMap) *corev1.Secret {
	if !kept.Secret {
		return nil
	}
	out := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: kept.SecretName(), Namespace: config.Namespace, Labels: maps.Clone(config.Labels)},
		StringData: map[string]string{},
	}
	for _, key := range []string{saved.KeyManifest, saved.KeyBefore} {
		out.StringData[key] = config.Data[key]
		delete(config.Data, key)
	}
	return out
}

// keep creates the Secret of a ConfigMap, nil for none. One that is there is of the same
// recreate: its name has the id.
func (s Store) keep(ctx context.Context, hidden *corev1.Secret, config *corev1.ConfigMap, dryRun []string) error {
	if hidden == nil {
		return nil
	}
	if dryRun == nil {
		hidden.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: config.Name, UID: config.UID}}
	}
	request := s.conn.Core.Post().Namespace(s.conn.Namespace).Resource(secrets).Param("fieldManager", s.conn.FieldManager).Body(hidden)
	err := dry(request, dryRun).Do(ctx).Error()
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return s.conn.WriteError(err, "create", secrets, hidden.Name)
}

// data is all that was written down, nil where the Secret that it is in is not there: then
// nothing is.
func (s Store) data(ctx context.Context, config *corev1.ConfigMap) (map[string]string, error) {
	record, err := saved.Record(config.Data)
	if err != nil || !record.Secret {
		return config.Data, nil //nolint:nilerr // whoever reads it says so
	}
	name := record.SecretName()
	secret, err := transport.Again(s.conn.Quiet(ctx), func(ctx context.Context) (*corev1.Secret, error) {
		out := &corev1.Secret{}
		return out, s.conn.Core.Get().Namespace(config.Namespace).Resource(secrets).Name(name).Do(ctx).Into(out)
	})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, s.conn.Explain(err, "get", secrets, name)
	}
	out := maps.Clone(config.Data)
	for key, value := range secret.Data {
		out[key] = string(value)
	}
	return out, nil
}
