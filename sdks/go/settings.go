package cyberai

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// DefaultBaseURL is the server where nothing names one: this machine.
const DefaultBaseURL = "http://127.0.0.1:8080/v1"

const mostProfileBytes = 1 << 20

// chooseServer is (address without /v1, key). A profile is read only where something is missing; its key goes to its
// own address only.
func chooseServer(c *config) (string, string, error) {
	address, key, name := c.baseURL, c.apiKey, c.profile
	if name == "" {
		address = first(address, os.Getenv("CYBERAI_BASE_URL"))
		key = first(key, os.Getenv("CYBERAI_API_KEY"))
		name = os.Getenv("CYBERAI_PROFILE")
	}
	if address == "" || key == "" {
		stored, err := readProfile(name)
		if err != nil {
			return "", "", err
		}
		home := first(stored.BaseURL, DefaultBaseURL)
		address = first(address, home)
		if key == "" && sameRoot(address, home) {
			key = stored.APIKey
		}
	}
	root, err := rootOf(address)
	if err != nil {
		return "", "", err
	}
	key, err = checkedKey(key)
	return root, key, err
}

func first(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}

// rootOf is the address without a final /v1.
func rootOf(address string) (string, error) {
	address = strings.TrimSpace(address)
	parts, err := url.Parse(address)
	if err != nil || (parts.Scheme != "http" && parts.Scheme != "https") || parts.Hostname() == "" ||
		parts.User != nil || strings.ContainsAny(address, "?#@") {
		return "", &UsageError{"the base URL is not usable; write it as " + DefaultBaseURL}
	}
	return strings.TrimSuffix(strings.TrimRight(address, "/"), "/v1"), nil
}

func sameRoot(one, other string) bool {
	first, err := rootOf(one)
	second, err2 := rootOf(other)
	return err == nil && err2 == nil && first == second
}

func checkedKey(key string) (string, error) {
	key = strings.TrimSpace(key)
	if key == "" {
		return "", &UsageError{"there is no API key: set CYBERAI_API_KEY, or use cyberai.WithAPIKey"}
	}
	for _, character := range key {
		if character <= ' ' || character > '~' {
			return "", &UsageError{"the API key holds characters that no key has; was it copied whole?"}
		}
	}
	return key, nil
}

type profile struct {
	BaseURL string `json:"base_url"`
	APIKey  string `json:"api_key"`
}

func profilesPath() (string, error) {
	if folder := os.Getenv("XDG_CONFIG_HOME"); folder != "" {
		return filepath.Join(folder, "cyberai", "profiles.json"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".config", "cyberai", "profiles.json"), nil
}

// readProfile is the named profile, else the file's default; empty where there is none at all.
func readProfile(name string) (profile, error) {
	path, err := profilesPath()
	if err != nil {
		return profile{}, noHome(name)
	}
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		if name != "" {
			return profile{}, &UsageError{fmt.Sprintf("there is no profile %q: %s does not exist", name, path)}
		}
		return profile{}, nil
	}
	if err != nil {
		return profile{}, &UsageError{fmt.Sprintf("the profiles in %s cannot be read: %v", path, err)}
	}
	defer file.Close()
	var stored struct {
		Default  string             `json:"default"`
		Profiles map[string]profile `json:"profiles"`
	}
	text, err := io.ReadAll(io.LimitReader(file, mostProfileBytes))
	if err == nil {
		err = json.Unmarshal(text, &stored)
	}
	if err != nil {
		return profile{}, &UsageError{fmt.Sprintf("the profiles in %s cannot be read: %v", path, err)}
	}
	name = first(name, stored.Default)
	if name == "" {
		return profile{}, nil
	}
	found, ok := stored.Profiles[name]
	if !ok {
		return profile{}, &UsageError{fmt.Sprintf("there is no profile %q in %s", name, path)}
	}
	return found, nil
}

// noHome is the error where a profile is asked for and there is no folder that could hold it.
func noHome(name string) error {
	if name == "" {
		return nil
	}
	return &UsageError{fmt.Sprintf("there is no profile %q: this user has no home folder", name)}
}
