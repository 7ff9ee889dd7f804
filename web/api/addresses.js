// All addresses of the API. No other module has any.

const ROOT = "/api/v1";

export const register = `${ROOT}/register`;
export const login = `${ROOT}/login`;
export const refresh = `${ROOT}/token/refresh`;
export const logout = `${ROOT}/logout`;
export const logoutAll = `${ROOT}/logout/all`;
export const changePassword = `${ROOT}/user/change-password`;
export const erase = `${ROOT}/user`;
export const sessions = `${ROOT}/user/sessions`;
export const checks = `${ROOT}/user/checks`;
export const model = `${ROOT}/model`;
export const allChecks = `${ROOT}/admin/checks`;
export const users = `${ROOT}/admin/users`;

/** @param {string} id */
export const session = (id) => `${sessions}/${id}`;
/** @param {string} id */
export const check = (id) => `${checks}/${id}`;
/** @param {string} id */
export const photo = (id) => `${checks}/${id}/photo`;
/** @param {string} id */
export const heatmap = (id) => `${checks}/${id}/heatmap`;
/** @param {string} id */
export const user = (id) => `${users}/${id}`;
/** @param {string} id @param {Status} status */
export const review = (id, status) => `${allChecks}/${id}/${status}`;
