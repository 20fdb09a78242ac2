// Package images makes OCI images out of unpacked packages of Debian, on the
// spot, and serves them as a registry.
package images

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// An Image is what to put into one, and under which names it is to be had.
type Image struct {
	Name     string
	Tags     []string // the same files under each, with another digest
	Programs []string // paths in the packages; their libraries come along
	Trees    []string // directories in the packages
	Links    map[string]string
	Files    map[string]string // more files, by content
	Built    map[string]string // more programs, by their file on this machine
	Env      []string
	Command  []string
}

// A Store is a directory of blobs, and of names for some of them.
type Store struct{ Dir string }

const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	configType   = "application/vnd.oci.image.config.v1+json"
	layerType    = "application/vnd.oci.image.layer.v1.tar"
)

type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"`
}

type manifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        descriptor   `json:"config"`
	Layers        []descriptor `json:"layers"`
}

type config struct {
	Architecture string        `json:"architecture"`
	OS           string        `json:"os"`
	Config       runtimeConfig `json:"config"`
	RootFS       rootFS        `json:"rootfs"`
}

type runtimeConfig struct {
	Env    []string          `json:"Env"`
	Cmd    []string          `json:"Cmd,omitempty"`
	Labels map[string]string `json:"Labels"`
}

type rootFS struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

// Add makes an image out of the packages unpacked in root, under each of its
// tags. The tag is also a label, so that no two have the same digest.
func (s Store) Add(root string, image Image) error {
	layer, err := s.add(layerType, func(w io.Writer) error { return writeLayer(w, root, image) })
	if err != nil {
		return err
	}
	for _, tag := range image.Tags {
		c, err := s.addJSON(configType, config{
			Architecture: runtime.GOARCH,
			OS:           "linux",
			Config: runtimeConfig{
				Env:    append([]string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, image.Env...),
				Cmd:    image.Command,
				Labels: map[string]string{"tag": tag},
			},
			RootFS: rootFS{Type: "layers", DiffIDs: []string{layer.Digest}},
		})
		if err != nil {
			return err
		}
		m, err := s.addJSON(manifestType, manifest{SchemaVersion: 2, MediaType: manifestType, Config: c, Layers: []descriptor{layer}})
		if err != nil {
			return err
		}
		if err := s.name(image.Name, tag, m.Digest); err != nil {
			return err
		}
	}
	return nil
}

func (s Store) addJSON(mediaType string, value any) (descriptor, error) {
	return s.add(mediaType, func(w io.Writer) error { return json.NewEncoder(w).Encode(value) })
}

// add keeps what write writes as a blob, under its digest.
func (s Store) add(mediaType string, write func(io.Writer) error) (d descriptor, err error) {
	if err := os.MkdirAll(filepath.Join(s.Dir, "blobs"), 0o700); err != nil {
		return d, err
	}
	file, err := os.CreateTemp(s.Dir, "new")
	if err != nil {
		return d, err
	}
	defer os.Remove(file.Name()) //nolint:errcheck // It has another name when all is well.
	defer file.Close()           //nolint:errcheck // Not all of it is here: the name says what must be.
	sum := sha256.New()
	if err := write(io.MultiWriter(file, sum)); err != nil {
		return d, err
	}
	size, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return d, err
	}
	d = descriptor{MediaType: mediaType, Digest: "sha256:" + hex.EncodeToString(sum.Sum(nil)), Size: size}
	return d, os.Rename(file.Name(), s.blob(d.Digest))
}

func (s Store) blob(digest string) string { return filepath.Join(s.Dir, "blobs", digest) }

func (s Store) name(image, tag, digest string) error {
	dir := filepath.Join(s.Dir, "names", image)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, tag), []byte(digest), 0o600)
}

// digest finds the manifest of a tag.
func (s Store) digest(image, tag string) (string, error) {
	content, err := fs.ReadFile(os.DirFS(s.Dir), "names/"+image+"/"+tag)
	return string(content), err
}
